# radiopath_add_library(NAME HEADERS ... SOURCES ... TORCH_SOURCES ... USES ... PRIVATE_USES ...)   one per folder
# radiopath_add_executable(NAME SOURCES ... USES ... PRIVATE_USES ... [WITHOUT_TORCH])
# radiopath_add_test(FOLDER SOURCES ... USES ... PRIVATE_USES ...)                one GoogleTest program per folder
# radiopath_add_benchmark(FOLDER SOURCES ... USES ... PRIVATE_USES ...)           likewise, with Google Benchmark
#
# USES names what the headers need, PRIVATE_USES what only the sources need: folders (core, radiology, ...) and the
# words of dependencies.cmake (eigen, torch, itk, ...). TORCH_SOURCES, and all sources where torch is named, get
# <torch/torch.h> precompiled.

# Who may include whom: also read from the #include lines by tests/architecture.
set(RADIOPATH_BELOW_core "")
set(RADIOPATH_BELOW_radiology core)
set(RADIOPATH_BELOW_pathology core)
set(RADIOPATH_BELOW_fusion core)
set(RADIOPATH_BELOW_training core radiology pathology fusion)

# One precompiled header for all targets that compile with the same flags.
function(radiopath_precompile_torch target)
  if(NOT TARGET radiopath_torch_header)
    file(WRITE "${PROJECT_BINARY_DIR}/generated/torch_header.cpp.tmp" "// Carries the precompiled header.\n")
    file(COPY_FILE "${PROJECT_BINARY_DIR}/generated/torch_header.cpp.tmp"
        "${PROJECT_BINARY_DIR}/generated/torch_header.cpp" ONLY_IF_DIFFERENT)
    add_library(radiopath_torch_header OBJECT "${PROJECT_BINARY_DIR}/generated/torch_header.cpp")
    target_link_libraries(radiopath_torch_header PRIVATE radiopath::torch)
    target_precompile_headers(radiopath_torch_header PRIVATE <torch/torch.h>)
    target_compile_options(radiopath_torch_header PRIVATE -fpch-preprocess)
  endif()
  target_precompile_headers(${target} REUSE_FROM radiopath_torch_header)
  target_compile_options(${target} PRIVATE -fpch-preprocess) # lets ccache work with it
  # Loading it costs 1 GB and some seconds: only for sources that include LibTorch, or a header that does.
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source)
    file(STRINGS "${source}" torch_lines REGEX "#include.*(torch/torch\\.h|vit\\.h|attention_module\\.h)" LIMIT_COUNT 1)
    if(NOT torch_lines)
      set_source_files_properties("${source}" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

function(radiopath_link target scope)
  foreach(word IN LISTS ARGN)
    if(DEFINED RADIOPATH_WORD_${word})
      target_link_libraries(${target} ${scope} ${RADIOPATH_WORD_${word}})
    elseif(TARGET radiopath_${word})
      target_link_libraries(${target} ${scope} radiopath::${word})
    else()
      message(FATAL_ERROR "${target} uses ${word}, which is neither a folder nor a word of cmake/dependencies.cmake")
    endif()
  endforeach()
  if("torch" IN_LIST ARGN)
    radiopath_precompile_torch(${target})
  endif()
endfunction()

# TORCH_SOURCES call LibTorch. They are objects beside the library, radiopath_NAME_torch, so that a program without
# LibTorch can be linked from the rest.
function(radiopath_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;SOURCES;TORCH_SOURCES;USES;PRIVATE_USES")
  foreach(word IN LISTS arg_USES arg_PRIVATE_USES)
    if(DEFINED RADIOPATH_BELOW_${word} AND NOT word IN_LIST RADIOPATH_BELOW_${name})
      message(FATAL_ERROR "${name}/ may not use ${word}/: see section 2 of the architecture")
    endif()
  endforeach()
  add_library(radiopath_${name} STATIC ${arg_SOURCES})
  add_library(radiopath::${name} ALIAS radiopath_${name})
  target_sources(radiopath_${name} PUBLIC
      FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  radiopath_link(radiopath_${name} PUBLIC ${arg_USES})
  radiopath_link(radiopath_${name} PRIVATE ${arg_PRIVATE_USES})
  if(name STREQUAL "core")
    target_link_libraries(radiopath_core PUBLIC radiopath::version)
  endif()
  if(arg_TORCH_SOURCES)
    add_library(radiopath_${name}_torch OBJECT ${arg_TORCH_SOURCES})
    target_link_libraries(radiopath_${name}_torch PUBLIC radiopath::${name})
    radiopath_link(radiopath_${name}_torch PRIVATE torch ${arg_PRIVATE_USES})
  endif()
endfunction()

# WITHOUT_TORCH: linked from what calls no LibTorch; a call of anything else is an undefined symbol.
function(radiopath_add_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WITHOUT_TORCH" "" "SOURCES;USES;PRIVATE_USES")
  add_executable(${name} ${arg_SOURCES})
  set(words ${arg_USES} ${arg_PRIVATE_USES})
  if(arg_WITHOUT_TORCH)
    target_link_options(${name} PRIVATE LINKER:--as-needed)
  elseif(words MATCHES "pathology|fusion|training|torch")
    # First in the link order, so that the OpenMP runtime the wheel brings is the one that every library gets.
    target_link_libraries(${name} PRIVATE "${RADIOPATH_TORCH_LIBRARY}")
    foreach(word IN LISTS words)
      list(APPEND folders ${word} ${RADIOPATH_BELOW_${word}})
    endforeach()
    list(REMOVE_DUPLICATES folders)
    foreach(folder IN LISTS folders)
      if(TARGET radiopath_${folder}_torch)
        target_link_libraries(${name} PRIVATE radiopath_${folder}_torch)
      endif()
    endforeach()
  endif()
  radiopath_link(${name} PRIVATE ${words})
endfunction()

function(radiopath_add_test folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;PRIVATE_USES")
  set(target ${folder}_test)
  radiopath_add_executable(${target} SOURCES ${arg_SOURCES} USES gtest ${arg_USES} PRIVATE_USES ${arg_PRIVATE_USES})
  target_link_libraries(${target} PRIVATE GTest::gtest_main)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${target} PRIVATE
      RADIOPATH_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data"
      RADIOPATH_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
      RADIOPATH_BINARY_PATH="${PROJECT_BINARY_DIR}/radiopath")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${target} TEST_PREFIX ${folder}/ DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120
      PROPERTIES TIMEOUT 900)
endfunction()

function(radiopath_add_benchmark folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;PRIVATE_USES")
  set(target ${folder}_benchmark)
  radiopath_add_executable(${target} SOURCES ${arg_SOURCES} USES benchmark ${arg_USES}
      PRIVATE_USES ${arg_PRIVATE_USES})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/benchmarks")
  add_dependencies(benchmarks ${target})
endfunction()
