# SPDX-License-Identifier: BSL-1.0
# All tests are ctest tests with a label: `ctest -L unit`, `ctest -L e2e`, … A test that cannot run here exits 77: skipped.
# tests/README.md says what each kind is for.

find_package(Catch2 REQUIRED)
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    # Catch2 3: a library with main(); our tests say <catch2/catch.hpp>, which 3.x calls catch_all.hpp.
    set(catch Catch2::Catch2WithMain)
    file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/catch2-shim/catch2/catch.hpp" CONTENT
         "#include <catch2/catch_all.hpp>\nusing namespace Catch;\nusing namespace Catch::Matchers;\n")
else()
    set(catch Catch2::Catch2)
endif()

# Compiled once for all: with Catch2 2.x this is by far the longest file.
add_library(constage_test_main OBJECT tests/main.cpp)
target_link_libraries(constage_test_main PUBLIC ${catch})
if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    target_include_directories(constage_test_main PUBLIC "${PROJECT_BINARY_DIR}/catch2-shim")
endif()
target_compile_options(constage_test_main PUBLIC -O0)

# tests/<layer>/*.cpp are one executable and one test.
foreach(layer dsl graph policy lint plan dockerfile files oci engine sandbox report cli)
    file(GLOB sources CONFIGURE_DEPENDS "tests/${layer}/*.cpp")
    if(NOT TARGET constage_tool AND layer MATCHES "engine|cli")  # whole builds need every part
        set(sources "")
    endif()
    if(sources)
        add_executable(test_${layer} ${sources})
        target_compile_definitions(test_${layer} PRIVATE "CONSTAGE_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
        # The tests look behind the curtain, so they may use what the library uses.
        target_link_libraries(test_${layer} PRIVATE constage_test_main constage::constage constage_dev ${runtime_libraries})
        add_test(NAME ${layer} COMMAND test_${layer})
        set_tests_properties(${layer} PROPERTIES LABELS unit SKIP_RETURN_CODE 77 TIMEOUT 600)
    endif()
endforeach()

# What several threads share once more under ThreadSanitizer: header-only, so that the library need not be compiled for it.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=thread)
check_cxx_source_compiles("int main() {}" CONSTAGE_HAS_TSAN)
unset(CMAKE_REQUIRED_FLAGS)
if(CONSTAGE_HAS_TSAN)
    add_executable(sanitized_threads tests/engine/schedule.cpp tests/engine/once.cpp tests/engine/early_archive.cpp
                                     tests/files/decompressor.cpp)
    target_compile_features(sanitized_threads PRIVATE cxx_std_20)
    target_compile_definitions(sanitized_threads PRIVATE CONSTAGE_HEADER_ONLY)
    target_include_directories(sanitized_threads PRIVATE include)
    target_compile_options(sanitized_threads PRIVATE -fsanitize=thread -O1 -g1)
    target_link_options(sanitized_threads PRIVATE -fsanitize=thread)
    target_link_libraries(sanitized_threads PRIVATE constage_test_main ${runtime_libraries})
    add_test(NAME sanitize.threads COMMAND sanitized_threads)
    set_tests_properties(sanitize.threads PROPERTIES LABELS sanitize TIMEOUT 600)
endif()

# The layers that read what comes from outside, and all below them, once more under AddressSanitizer and UndefinedBehaviorSanitizer.
# Not optimized: it takes longer to compile than to run.
set(CMAKE_REQUIRED_FLAGS -fsanitize=address,undefined)
check_cxx_source_compiles("int main() {}" CONSTAGE_HAS_ASAN)
unset(CMAKE_REQUIRED_FLAGS)
if(CONSTAGE_HAS_ASAN AND TARGET constage_tool)
    set(sanitized_units ${units})
    list(FILTER sanitized_units EXCLUDE REGEX "/units/constage_(cli|engine|graph|policy|report|sandbox_[^dp])")
    add_library(sanitized OBJECT ${sanitized_units})
    target_compile_features(sanitized PUBLIC cxx_std_20)
    target_include_directories(sanitized PUBLIC include)
    target_compile_options(sanitized PUBLIC -O0 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all)
    target_link_options(sanitized PUBLIC -fsanitize=address,undefined)
    target_link_libraries(sanitized PUBLIC ${runtime_libraries} Boost::headers)
    foreach(layer plan dockerfile files oci)
        file(GLOB sources CONFIGURE_DEPENDS "tests/${layer}/*.cpp")
        add_executable(sanitized_${layer} ${sources})
        target_compile_definitions(sanitized_${layer} PRIVATE "CONSTAGE_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
        target_link_libraries(sanitized_${layer} PRIVATE sanitized constage_test_main)
        add_test(NAME sanitize.${layer} COMMAND sanitized_${layer} "~[law2]")  # the corpus is for the fast build
        set_tests_properties(sanitize.${layer} PROPERTIES LABELS sanitize SKIP_RETURN_CODE 77 TIMEOUT 600)
    endforeach()
endif()

# Scripts. They find what they need in the environment.
set(script_environment "CONSTAGE_SOURCE=${PROJECT_SOURCE_DIR}" "CONSTAGE_BUILD=${PROJECT_BINARY_DIR}" "CXX=${CMAKE_CXX_COMPILER}"
                       "CMAKE=${CMAKE_COMMAND}")
function(add_script_test name label script)
    # Every script but the compiler's own drives the tool or links the whole library.
    if(EXISTS "${PROJECT_SOURCE_DIR}/tests/${script}" AND (TARGET constage_tool OR label STREQUAL compile_fail))
        add_test(NAME ${name} COMMAND ${ARGN} "${PROJECT_SOURCE_DIR}/tests/${script}")
        set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_RETURN_CODE 77 TIMEOUT 1800 ENVIRONMENT "${script_environment}")
    endif()
endfunction()

find_package(Python3 COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
    add_test(NAME rows COMMAND "${Python3_EXECUTABLE}" "${PROJECT_SOURCE_DIR}/tests/rows.py")
    set_tests_properties(rows PROPERTIES LABELS unit)
endif()
add_script_test(compile_fail compile_fail compile_fail/run.py python3)
foreach(name find_package add_subdirectory header_only header_alone single_header two_tus)
    add_script_test(cmake.${name} cmake cmake/${name}.sh sh)
endforeach()
foreach(name cache contexts embed gzip instructions java_service ladder push quickstart readers reproducible rootless store)
    add_script_test(e2e.${name} e2e e2e/${name}.sh sh)
endforeach()
foreach(name faults hostile kill sandbox mounts doctor terminal)
    add_script_test(e2e.${name} e2e e2e/${name}.py python3)
endforeach()
add_script_test(conformance conformance e2e/conformance.sh sh)
if(TEST conformance)
    add_test(NAME conformance.rootless COMMAND sh "${PROJECT_SOURCE_DIR}/tests/e2e/conformance.sh" rootless)
    set_tests_properties(conformance.rootless PROPERTIES LABELS conformance SKIP_RETURN_CODE 77 TIMEOUT 1800 ENVIRONMENT
                                                          "${script_environment}")
endif()
foreach(name agree law1)
    add_script_test(corpus.${name} corpus corpus/${name}.sh sh)
endforeach()
if(TARGET test_dockerfile)
    add_test(NAME corpus.law2 COMMAND test_dockerfile "[law2]")
    set_tests_properties(corpus.law2 PROPERTIES LABELS corpus)
endif()
find_program(CONSTAGE_CLANG clang++)
mark_as_advanced(CONSTAGE_CLANG)
if(CONSTAGE_CLANG AND TEST corpus.law1 AND NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_test(NAME corpus.law1.clang COMMAND sh "${PROJECT_SOURCE_DIR}/tests/corpus/law1.sh")
    set_tests_properties(corpus.law1.clang PROPERTIES LABELS corpus SKIP_RETURN_CODE 77 TIMEOUT 1800 ENVIRONMENT
                                                      "${script_environment};CXX=${CONSTAGE_CLANG}")
endif()
add_script_test(fuzz fuzz fuzz/run.sh sh)
if(TEST fuzz)
    set_tests_properties(fuzz PROPERTIES PROCESSORS 2)  # it runs two at a time
endif()
