# SPDX-License-Identifier: BSL-1.0
# What the run-time half links. Read by CMakeLists.txt and, installed, by constageConfig.cmake: one list for both.
include(CMakeFindDependencyMacro)
find_dependency(Boost 1.74)
find_dependency(LibArchive)
find_dependency(OpenSSL)
find_dependency(fmt)
find_dependency(CURL)
find_dependency(ZLIB)
find_dependency(nlohmann_json)
find_dependency(CLI11)
find_dependency(Threads)

# Debian's libzstd has no CMake package.
if(NOT TARGET constage::zstd)
    find_path(CONSTAGE_ZSTD_INCLUDE zstd.h)
    find_library(CONSTAGE_ZSTD_LIBRARY zstd)
    mark_as_advanced(CONSTAGE_ZSTD_INCLUDE CONSTAGE_ZSTD_LIBRARY)
    if(NOT CONSTAGE_ZSTD_INCLUDE OR NOT CONSTAGE_ZSTD_LIBRARY)
        message(FATAL_ERROR "constage needs libzstd (Debian: libzstd-dev)")
    endif()
    add_library(constage::zstd UNKNOWN IMPORTED)
    set_target_properties(constage::zstd PROPERTIES IMPORTED_LOCATION "${CONSTAGE_ZSTD_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                              "${CONSTAGE_ZSTD_INCLUDE}")
endif()
