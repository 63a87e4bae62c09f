# Makes radiopath::torch from a LibTorch or a Python wheel.
#
# The libraries are linked directly instead of through find_package(Torch), which demands a CUDA toolkit for a CUDA
# wheel; so one path serves every wheel. Looked for in Torch_DIR, CMAKE_PREFIX_PATH, where scripts/setup.sh found or
# put one (build/torch_dir), and .venv.

set(torch_record "${PROJECT_SOURCE_DIR}/build/torch_dir")
set(recorded_torch "")
if(EXISTS "${torch_record}")
  file(STRINGS "${torch_record}" recorded_torch)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${torch_record}")
endif()
file(GLOB private_torch "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch")

unset(torch_cmake_dir CACHE)
find_path(torch_cmake_dir TorchConfig.cmake NO_DEFAULT_PATH NO_CACHE
    PATHS ${Torch_DIR} $ENV{Torch_DIR} ${CMAKE_PREFIX_PATH} $ENV{CMAKE_PREFIX_PATH} ${recorded_torch} ${private_torch}
    PATH_SUFFIXES share/cmake/Torch Torch)
if(NOT torch_cmake_dir)
  message(FATAL_ERROR "LibTorch not found: run scripts/setup.sh, or set Torch_DIR to the folder of TorchConfig.cmake")
endif()
get_filename_component(torch_root "${torch_cmake_dir}/../../.." ABSOLUTE)

include("${torch_cmake_dir}/TorchConfigVersion.cmake")
set(RADIOPATH_TORCH_VERSION "${PACKAGE_VERSION}")
if(RADIOPATH_TORCH_VERSION VERSION_LESS 2.7)
  message(FATAL_ERROR "LibTorch ${RADIOPATH_TORCH_VERSION} in ${torch_root} is older than 2.7")
endif()
file(STRINGS "${torch_root}/lib/libc10.so" new_abi_symbols REGEX "__cxx11" LIMIT_COUNT 1)
if(NOT new_abi_symbols)
  message(FATAL_ERROR "LibTorch in ${torch_root} was built with the pre-C++11 string ABI; take another wheel")
endif()
message(STATUS "LibTorch ${RADIOPATH_TORCH_VERSION}: ${torch_root}")

# The wheel's include folder also holds its own fmt, pybind11 and others, which must not shadow the system's.
set(torch_include "${PROJECT_BINARY_DIR}/torch_include")
file(MAKE_DIRECTORY "${torch_include}")
foreach(name IN ITEMS ATen c10 caffe2 torch)
  file(CREATE_LINK "${torch_root}/include/${name}" "${torch_include}/${name}" SYMBOLIC)
endforeach()

set(RADIOPATH_TORCH_LIBRARY "${torch_root}/lib/libtorch_cpu.so")
add_library(radiopath_torch INTERFACE)
add_library(radiopath::torch ALIAS radiopath_torch)
target_include_directories(radiopath_torch SYSTEM INTERFACE
    "${torch_include}" "${torch_include}/torch/csrc/api/include")
target_compile_definitions(radiopath_torch INTERFACE USE_DISTRIBUTED USE_C10D_GLOO)
target_link_libraries(radiopath_torch INTERFACE
    "${torch_root}/lib/libtorch.so" "${torch_root}/lib/libtorch_cpu.so" "${torch_root}/lib/libc10.so")
if(EXISTS "${torch_root}/lib/libtorch_cuda.so")
  # Nothing calls into libtorch_cuda by name: it registers its kernels when it is loaded. The CUDA libraries it needs
  # are found through its own run path, so their symbols are not asked for at link time.
  target_link_libraries(radiopath_torch INTERFACE
      "$<LINK_LIBRARY:RADIOPATH_AS_IS,${torch_root}/lib/libtorch_cuda.so>" "${torch_root}/lib/libc10_cuda.so")
  target_compile_definitions(radiopath_torch INTERFACE USE_C10D_NCCL)
endif()
set(CMAKE_CXX_LINK_LIBRARY_USING_RADIOPATH_AS_IS
    "LINKER:--push-state,--no-as-needed" "<LINK_ITEM>" "LINKER:--pop-state")
set(CMAKE_CXX_LINK_LIBRARY_USING_RADIOPATH_AS_IS_SUPPORTED TRUE)
target_link_options(radiopath_torch INTERFACE LINKER:--allow-shlib-undefined)
