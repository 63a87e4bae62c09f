# The version and the commit, as functions in core/version.h. The commit is read at every build, and only
# version.cpp is compiled anew when it has changed.

set(generated "${PROJECT_BINARY_DIR}/generated")
if(RADIOPATH_WRITE_VERSION) # run as a script, see below
  set(ENV{GIT_OPTIONAL_LOCKS} 0)
  execute_process(COMMAND git describe --always --dirty --abbrev=12 --exclude=* WORKING_DIRECTORY "${SOURCE_DIR}"
      OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT commit)
    set(commit unknown)
  endif()
  configure_file("${SOURCE_DIR}/cmake/version.cpp.in" "${OUTPUT}" @ONLY)
  return()
endif()

configure_file(cmake/version.h.in "${generated}/core/version.h" COPYONLY)
add_custom_target(radiopath_commit
    COMMAND ${CMAKE_COMMAND} -DRADIOPATH_WRITE_VERSION=ON -DSOURCE_DIR=${PROJECT_SOURCE_DIR}
            -DPROJECT_VERSION=${PROJECT_VERSION} -DCMAKE_BUILD_TYPE=${CMAKE_BUILD_TYPE}
            -DOUTPUT=${generated}/version.cpp -P ${CMAKE_CURRENT_LIST_FILE}
    BYPRODUCTS "${generated}/version.cpp"
    COMMENT "Reading the commit")
add_library(radiopath_version STATIC "${generated}/version.cpp")
add_library(radiopath::version ALIAS radiopath_version)
add_dependencies(radiopath_version radiopath_commit)
target_include_directories(radiopath_version PUBLIC "${generated}")
