// SPDX-License-Identifier: BSL-1.0
#ifndef CONSTAGE_OCI_JSON_READER_IPP_INCLUDED
#define CONSTAGE_OCI_JSON_READER_IPP_INCLUDED

#include <constage/failure.hpp>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace constage::oci {

/// A place in a JSON document from somewhere else. Whatever has the wrong type is a constage::failure that names the field; null is the
/// same as absent, as for Go's decoder. A class of inline functions, for it is used by several .ipp files and shows nlohmann's types.
class json_reader {
public:
    json_reader(nlohmann::json const& value, std::string name) : value_(&value), name_(std::move(name)) {}

    /// Bounded in size and depth.
    static nlohmann::json parse(std::string_view text, std::string const& name, std::size_t limit) {
        if (text.size() > limit) throw failure(name + " is larger than " + std::to_string(limit) + " bytes");
        auto const shallow = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
            if (depth > 32) throw failure(name + " is nested too deeply");
            return true;
        };
        try {
            return nlohmann::json::parse(text.begin(), text.end(), shallow);
        } catch (nlohmann::json::exception const& e) { throw failure(name + " is no JSON: " + e.what()); }
    }

    bool present() const { return !value_->is_null(); }
    std::string const& name() const { return name_; }

    json_reader operator[](char const* key) const {
        static nlohmann::json const none;
        if (!present()) return {none, name_ + "." + key};
        if (!value_->is_object()) throw wrong("an object");
        auto const at = value_->find(key);
        return {at == value_->end() ? none : *at, name_ + "." + key};
    }
    std::string text() const {
        if (!present()) return {};
        if (!value_->is_string()) throw wrong("a string");
        return value_->get<std::string>();
    }
    bool flag() const {
        if (!present()) return false;
        if (!value_->is_boolean()) throw wrong("true or false");
        return value_->get<bool>();
    }
    std::int64_t number() const {
        if (!present()) return 0;
        if (!value_->is_number_integer()) throw wrong("an integer");
        if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > std::uint64_t(std::numeric_limits<std::int64_t>::max()))
            throw wrong("an integer of 64 bits");
        return value_->get<std::int64_t>();
    }
    template <class F>
    void each(F const& f) const {  // f(json_reader) for every element
        if (!present()) return;
        if (!value_->is_array()) throw wrong("a list");
        std::size_t i = 0;
        for (auto const& e : *value_) f(json_reader(e, name_ + "[" + std::to_string(i++) + "]"));
    }
    template <class F>
    void members(F const& f) const {  // f(name, json_reader) for every member
        if (!present()) return;
        if (!value_->is_object()) throw wrong("an object");
        for (auto const& [key, e] : value_->items()) f(key, json_reader(e, name_ + "." + key));
    }
    failure wrong(std::string const& expected) const { return failure(name_ + " must be " + expected + ", not " + value_->type_name()); }

private:
    nlohmann::json const* value_;
    std::string name_;
};

}  // namespace constage::oci

#endif
