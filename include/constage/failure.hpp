// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_FAILURE_HPP_INCLUDED
#define CONSTAGE_FAILURE_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace constage {

/// The one exception that constage throws. `what()` says what went wrong and why; the rest says where, and what to do.
/// Whoever knows more adds it on the way up (`with_*`): a file reader knows the path, the engine knows the line.
class failure : public std::runtime_error {
public:
    explicit failure(std::string const& message) : std::runtime_error(message) {}

    std::string where;        ///< "build.cpp:12" or "Dockerfile:7" (a range is "Dockerfile:7-9"); empty: unknown
    std::string stage;        ///< name of the stage, or its number if it has no name
    std::string instruction;  ///< the instruction as a person would recognise it: `COPY app.jar /app/`
    std::string hint;         ///< what to do about it, one sentence
    std::string log;          ///< last lines that a failed RUN printed
    int exit_code = 0;        ///< of a failed RUN, else 0
    bool usage = false;       ///< the caller asked for something impossible: the command line exits with 2

    failure&& with_where(std::string text) && { return fill(where, std::move(text)); }
    failure&& with_stage(std::string text) && { return fill(stage, std::move(text)); }
    failure&& with_instruction(std::string text) && { return fill(instruction, std::move(text)); }
    failure&& with_hint(std::string text) && { return fill(hint, std::move(text)); }
    failure&& as_usage() && {
        usage = true;
        return std::move(*this);
    }

private:
    /// What was said first was said closer to the cause: it stays.
    failure&& fill(std::string& field, std::string text) {
        if (field.empty()) field = std::move(text);
        return std::move(*this);
    }
};

}  // namespace constage

#endif
