// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_ENGINE_MASKER_HPP_INCLUDED
#define CONSTAGE_ENGINE_MASKER_HPP_INCLUDED

#include <constage/detail/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Secrets in what a command prints (R012).
namespace constage::engine {

/// Replaces secrets in a stream by `***`, also where one comes in pieces.
class masker {
public:
    /// Adds a secret: as a whole without the newline at its end, and line by line if it has a few. What is shorter than 4 bytes would hide
    /// too much else.
    void add(std::string_view secret);
    /// The bytes that may be shown now; the beginning of what may become a secret is kept until more is known.
    std::string pass(std::string_view bytes);
    /// What was kept, at the end of the stream.
    std::string rest();

private:
    std::string show(bool all);

    std::vector<std::string> words_;  ///< longest first
    std::string first_bytes_, kept_;
};

}  // namespace constage::engine

#ifdef CONSTAGE_HEADER_ONLY
#include <constage/engine/masker.ipp>
#endif
#endif
