// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_REPORT_PROGRESS_IPP_INCLUDED
#define CONSTAGE_REPORT_PROGRESS_IPP_INCLUDED

#include <constage/report/json_lines.hpp>
#include <constage/report/live.hpp>
#include <constage/report/plain.hpp>
#include <constage/report/progress.hpp>

namespace constage::report {

CONSTAGE_INLINE std::unique_ptr<progress> make_progress(style how, sink to) {
    switch (how) {
        case style::tty:
            return std::make_unique<live>(std::move(to));
        case style::json:
            return std::make_unique<json_lines>(std::move(to));
        case style::quiet:
            return std::make_unique<progress>();
        case style::automatic:
        case style::plain:
            break;
    }
    return std::make_unique<plain>(std::move(to));
}

}  // namespace constage::report

#endif
