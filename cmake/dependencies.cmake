# Every third-party library has one word here, which USES and PRIVATE_USES of the functions in targets.cmake accept.
# Only words named by a target are linked, so that a folder's dependencies are the ones its CMakeLists.txt lists.

if(POLICY CMP0167)
  cmake_policy(SET CMP0167 NEW) # Boost's own configuration file
endif()
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)

macro(radiopath_word word)
  set(RADIOPATH_WORD_${word} ${ARGN})
endmacro()

include(torch)
radiopath_word(torch radiopath::torch)

find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
radiopath_word(eigen Eigen3::Eigen)
find_package(Boost 1.74 REQUIRED)
radiopath_word(boost Boost::headers)
find_package(TBB REQUIRED)
radiopath_word(tbb TBB::tbb)
find_package(fmt REQUIRED)
radiopath_word(fmt fmt::fmt)
find_package(spdlog REQUIRED)
radiopath_word(spdlog spdlog::spdlog)
find_package(nlohmann_json REQUIRED)
radiopath_word(json nlohmann_json::nlohmann_json)
find_package(tomlplusplus REQUIRED)
radiopath_word(toml tomlplusplus::tomlplusplus)
find_package(yaml-cpp REQUIRED)
radiopath_word(yaml yaml-cpp)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
radiopath_word(crypto OpenSSL::Crypto)
find_package(TIFF REQUIRED)
radiopath_word(tiff TIFF::TIFF)
find_package(JPEG REQUIRED)
radiopath_word(jpeg JPEG::JPEG)
find_package(PNG REQUIRED)
radiopath_word(png PNG::PNG)
find_package(ZLIB REQUIRED)
radiopath_word(zlib ZLIB::ZLIB)

find_package(PkgConfig REQUIRED)
pkg_check_modules(CLI11 REQUIRED IMPORTED_TARGET CLI11)
radiopath_word(cli11 PkgConfig::CLI11)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
radiopath_word(xxhash PkgConfig::XXHASH)

# Learners of other libraries: where one is absent, the program says so when it is asked for.
find_path(RADIOPATH_LIBSVM_INCLUDE libsvm/svm.h)
find_library(RADIOPATH_LIBSVM_LIBRARY svm)
add_library(radiopath_libsvm INTERFACE)
if(RADIOPATH_LIBSVM_INCLUDE AND RADIOPATH_LIBSVM_LIBRARY)
  target_include_directories(radiopath_libsvm SYSTEM INTERFACE "${RADIOPATH_LIBSVM_INCLUDE}")
  target_link_libraries(radiopath_libsvm INTERFACE "${RADIOPATH_LIBSVM_LIBRARY}")
  target_compile_definitions(radiopath_libsvm INTERFACE RADIOPATH_LIBSVM)
endif()
radiopath_word(libsvm radiopath_libsvm)
find_package(xgboost QUIET)
add_library(radiopath_xgboost INTERFACE)
if(TARGET xgboost::xgboost)
  target_link_libraries(radiopath_xgboost INTERFACE xgboost::xgboost)
  target_compile_definitions(radiopath_xgboost INTERFACE RADIOPATH_XGBOOST)
endif()
radiopath_word(xgboost radiopath_xgboost)
# Not linked: loaded at run time from here, or from where the settings or the loader find it.
file(GLOB lightgbm_wheels "${PROJECT_SOURCE_DIR}/.venv/lib/python3*/site-packages/lightgbm/lib"
    "${torch_root}/../lightgbm/lib")
find_library(RADIOPATH_LIGHTGBM_LIBRARY _lightgbm HINTS ${lightgbm_wheels})
add_library(radiopath_lightgbm INTERFACE)
target_link_libraries(radiopath_lightgbm INTERFACE ${CMAKE_DL_LIBS})
if(RADIOPATH_LIGHTGBM_LIBRARY)
  target_compile_definitions(radiopath_lightgbm INTERFACE "RADIOPATH_LIGHTGBM=\"${RADIOPATH_LIGHTGBM_LIBRARY}\"")
endif()
radiopath_word(lightgbm radiopath_lightgbm)

if(RADIOPATH_IMAGING)
  pkg_check_modules(DEFLATE REQUIRED IMPORTED_TARGET libdeflate)
  radiopath_word(deflate PkgConfig::DEFLATE)
  pkg_check_modules(OPENSLIDE REQUIRED IMPORTED_TARGET openslide>=3.4.1)
  radiopath_word(openslide PkgConfig::OPENSLIDE)
  # Not imgcodecs: Debian's pulls in GDAL and Poppler (GPL).
  find_package(OpenCV 4.6 REQUIRED COMPONENTS core imgproc)
  radiopath_word(opencv opencv_core opencv_imgproc)
  # Not ITKFFT, nor ITKConvolution, ITKPDEDeformableRegistration and ITKReview that need it: it pulls in FFTW (GPL).
  find_package(ITK 5.2 REQUIRED COMPONENTS
      ITKCommon ITKTransform ITKImageFunction ITKImageGrid ITKImageIntensity ITKImageStatistics ITKSmoothing
      ITKThresholding ITKConnectedComponents ITKBinaryMathematicalMorphology ITKDistanceMap ITKBiasCorrection
      ITKMetricsv4 ITKOptimizersv4 ITKRegistrationMethodsv4
      ITKIOImageBase ITKIONIFTI ITKNIFTI ITKIONRRD ITKIOMeta ITKIOGDCM)
  add_subdirectory(cmake/itk)
  radiopath_word(itk radiopath::itk)
endif()

if(RADIOPATH_TESTS)
  find_package(GTest REQUIRED)
  radiopath_word(gtest GTest::gtest)
endif()
if(RADIOPATH_BENCHMARKS)
  find_package(benchmark REQUIRED)
  radiopath_word(benchmark benchmark::benchmark)
endif()
