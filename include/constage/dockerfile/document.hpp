// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_DOCKERFILE_DOCUMENT_HPP_INCLUDED
#define CONSTAGE_DOCKERFILE_DOCUMENT_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What is written in a Dockerfile, before it means anything: the syntax tree.
namespace constage::dockerfile {

/// A comment line, without `#` and the blanks around.
struct comment {
    std::string text;
    int line = 0;  ///< 1-based
};

/// A heredoc as written (H002, H003): tabs of `<<-` are still in the content.
struct heredoc {
    std::string name;
    std::string content;  ///< raw lines, with the last newline
    bool expand = true;   ///< false: the delimiter was quoted
    bool chomp = false;   ///< `<<-`
    int fd = 0;
};

/// Where a physical line begins in the joined text of an instruction.
struct piece {
    std::size_t begin = 0;
    int line = 0;
};

/// One instruction, with the words of its syntax.
struct instruction {
    std::string name;                    ///< as spelled: "Run"
    std::string keyword;                 ///< upper case: "RUN"
    std::string text;                    ///< the whole logical line, continuation lines joined
    std::vector<std::string> flags;      ///< "--from=build", quotes and escapes resolved
    std::vector<std::string> arguments;  ///< ENV and LABEL: key, value, "=" or "" (legacy form) per pair; ONBUILD: the trigger's, flattened
    bool json = false;                   ///< the arguments were a JSON array
    std::vector<heredoc> heredocs;
    std::vector<instruction> trigger;  ///< ONBUILD: the one instruction inside
    int first_line = 0, last_line = 0;
    int stage = -1;                           ///< index of the stage; -1: before the first FROM
    std::vector<std::string> comments_above;  ///< the comment lines directly above (F016)
    std::vector<comment> comments;            ///< all comment lines since the instruction before, those between continuation lines included
    std::vector<int> blank_continuations;     ///< lines of empty continuation lines (F006)
    std::vector<piece> pieces;                ///< of `text`, a physical line each
};

struct document {
    std::string file;
    char escape = '\\';
    std::optional<std::string> syntax;  ///< `# syntax=` (F012)
    std::optional<std::string> check;   ///< `# check=` (F014)
    std::vector<instruction> instructions;
    std::vector<comment> last_comments;  ///< after the last instruction
    int lines = 0;
};

}  // namespace constage::dockerfile

#endif
