// SPDX-License-Identifier: BSL-1.0
// A stand-in for constage::main: prints the plan of an imported program. Linked with it by law1.py, without any library.
#include <constage/dsl/error.ipp>
#include <constage/dsl/lower.ipp>
#include <constage/dsl/lower_step.ipp>
#include <constage/dsl/lower_trigger.ipp>
#include <constage/dsl/main.hpp>
#include <constage/failure.hpp>
#include <constage/plan/json.ipp>

#include <cstdio>

int constage::main(int, char**, graph_view graph) {
    try {
        std::puts(plan::to_json(dsl::lower(graph), -1).c_str());
        return 0;
    } catch (failure const& f) {
        std::puts(nlohmann::json{{"refused", f.where + ": " + f.what()}}.dump().c_str());
        return 1;
    }
}
