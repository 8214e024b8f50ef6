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

# CONSTAGE_FAST_START: a program made of static libraries, with libcurl loaded on demand (oci/curl_on_demand.ipp), starts in a few
# milliseconds; the loader needs some thirty for the shared ones. constage::static is there if all parts are.
if(CONSTAGE_FAST_START AND NOT TARGET constage::static)
    set(constage_static "")
    foreach(name archive lzma bz2 crypto z zstd)  # libarchive.a uses lzma and bz2
        find_library(CONSTAGE_STATIC_${name} lib${name}.a)
        mark_as_advanced(CONSTAGE_STATIC_${name})
        if(CONSTAGE_STATIC_${name})
            list(APPEND constage_static "${CONSTAGE_STATIC_${name}}")
        else()
            message(STATUS "constage: no lib${name}.a, so the shared libraries: programs start more slowly")
            set(CONSTAGE_FAST_START OFF)
        endif()
    endforeach()
    if(CONSTAGE_FAST_START)
        add_library(constage::static INTERFACE IMPORTED)
        set_target_properties(constage::static PROPERTIES INTERFACE_LINK_LIBRARIES "${constage_static};${CMAKE_DL_LIBS}")
    endif()
endif()
