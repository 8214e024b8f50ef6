// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_TESTS_OCI_SCRATCH_HPP_INCLUDED
#define CONSTAGE_TESTS_OCI_SCRATCH_HPP_INCLUDED

#include <constage/failure.hpp>
#include <constage/files/digest.hpp>
#include <constage/oci/output.hpp>
#include <constage/oci/source.hpp>

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// What the tests of images share.
namespace scratch {

/// A directory that goes with the test.
class directory {
public:
    directory() {
        std::string name = std::filesystem::temp_directory_path() / "constage-oci-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    directory(directory const&) = delete;
    directory& operator=(directory const&) = delete;
    ~directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string operator/(std::string const& name) const { return path + "/" + name; }
    std::string path;
};

inline std::string read(std::string const& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}
inline void write(std::string const& path, std::string const& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

/// The message of the failure that `f` throws, with its hint; "" if it throws none.
template <class F>
std::string message_of(F const& f) {
    try {
        f();
    } catch (constage::failure const& e) { return std::string(e.what()) + " | " + e.hint; }
    return {};
}

/// A tar archive of one file: what a layer is.
inline std::string tar_of(std::string const& name, std::string const& text) {
    std::string h(512, '\0');
    auto const put = [&](std::size_t at, std::string const& s) { h.replace(at, s.size(), s); };
    char size[12];
    std::snprintf(size, sizeof size, "%011zo", text.size());
    put(0, name);
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, size);
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar");
    put(263, "00");
    unsigned sum = 0;
    for (char const c : h) sum += static_cast<unsigned char>(c);
    char check[8];
    std::snprintf(check, sizeof check, "%06o", sum);
    put(148, std::string(check) + '\0');
    return h + text + std::string((512 - text.size() % 512) % 512 + 1024, '\0');
}

/// An image with one layer for every text. The layers are plain tars.
inline constage::oci::image image_of(std::vector<std::string> const& texts, constage::oci::blob_store& store,
                                     std::string const& architecture = "amd64") {
    constage::oci::image_config config;
    config.platform.architecture = architecture;
    config.cmd = constage::oci::strings{"cat", "/0"};
    config.created = "1970-01-01T00:00:00Z";
    std::vector<constage::oci::descriptor> layers;
    for (auto const& text : texts) {
        auto const tar = tar_of(std::to_string(layers.size()), text);
        auto const digest = store.put(tar);
        layers.push_back({constage::oci::media_type::layer, digest, tar.size(), {}});
        config.diff_ids.push_back(digest);
        config.history.push_back({"1970-01-01T00:00:00Z", "COPY " + text.substr(0, 20), "", "", false});
    }
    return constage::oci::make_image(config, layers, store);
}

inline bool installed(std::string const& program) { return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0; }
inline bool succeeds(std::string const& command) { return std::system((command + " >/dev/null 2>&1").c_str()) == 0; }

}  // namespace scratch

#endif
