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

# Debian's libzstd and libseccomp have no CMake packages.
foreach(library_and_header zstd:zstd.h seccomp:seccomp.h)
    string(REPLACE ":" ";" library_and_header "${library_and_header}")
    list(GET library_and_header 0 name)
    list(GET library_and_header 1 header)
    if(NOT TARGET constage::${name})
        find_path(CONSTAGE_${name}_INCLUDE ${header})
        find_library(CONSTAGE_${name}_LIBRARY ${name})
        mark_as_advanced(CONSTAGE_${name}_INCLUDE CONSTAGE_${name}_LIBRARY)
        if(NOT CONSTAGE_${name}_INCLUDE OR NOT CONSTAGE_${name}_LIBRARY)
            message(FATAL_ERROR "constage needs lib${name} (Debian: lib${name}-dev)")
        endif()
        add_library(constage::${name} UNKNOWN IMPORTED)
        set_target_properties(constage::${name} PROPERTIES IMPORTED_LOCATION "${CONSTAGE_${name}_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES
                                                                                                  "${CONSTAGE_${name}_INCLUDE}")
    endif()
endforeach()

# CONSTAGE_ISAL: layers are compressed by ISA-L. Only its header is needed here: programs load the library on demand (Debian: libisal2).
if(CONSTAGE_ISAL AND NOT TARGET constage::isal)
    find_path(CONSTAGE_ISAL_INCLUDE isa-l.h)
    mark_as_advanced(CONSTAGE_ISAL_INCLUDE)
    if(NOT CONSTAGE_ISAL_INCLUDE)
        message(FATAL_ERROR "constage with ISA-L needs <isa-l.h> (Debian: libisal-dev)")
    endif()
    add_library(constage::isal INTERFACE IMPORTED)
    set_target_properties(constage::isal PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${CONSTAGE_ISAL_INCLUDE}" INTERFACE_LINK_LIBRARIES
                                                    "${CMAKE_DL_LIBS}" INTERFACE_COMPILE_DEFINITIONS CONSTAGE_ISAL)
endif()

# CONSTAGE_FAST_START: a program made of static libraries, with libcurl loaded on demand (oci/curl_on_demand.ipp), starts in a few
# milliseconds; the loader needs some thirty for the shared ones. constage::static is there if all parts are.
if(CONSTAGE_FAST_START AND NOT TARGET constage::static)
    set(constage_static "")
    foreach(name archive lzma bz2 crypto z zstd seccomp)  # libarchive.a uses lzma and bz2
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
