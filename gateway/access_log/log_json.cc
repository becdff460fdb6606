#include <utility>

#include <fmt/format.h>

#include "gateway/access_log/log_value.h"
#include "gateway/transcode/utf8.h"

namespace minato::gateway {
namespace {

void AppendEscape(unsigned char c, std::string& out) { fmt::format_to(std::back_inserter(out), "\\u{:04x}", c); }

// What is no UTF-8 is taken for Latin-1, whole.
void AppendString(std::string_view text, std::string& out) {
  const bool utf8 = Utf8Prefix(text) == text.size();
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || (byte >= 0x80 && !utf8)) {
          AppendEscape(byte, out);
        } else {
          out += c;
        }
      }
    }
  }
  out += '"';
}

struct Printer {
  const AccessLogRecord& record;
  const EmptyValues empty;
  std::string& out;

  // False: there is nothing, and that is left out.
  bool Print(const LogJson& json) { return std::visit(*this, json.value); }

  bool operator()(std::monostate) {
    if (empty == EmptyValues::kOmit) return false;
    out += "null";
    return true;
  }
  bool operator()(bool value) {
    out += value ? "true" : "false";
    return true;
  }
  bool operator()(int32_t value) {
    out += std::to_string(value);
    return true;
  }
  bool operator()(const LogFormat& format) {
    const LogOperator* const single = format.single();
    if (single == nullptr) {
      std::string text;
      AppendText(format, record, empty, text);
      AppendString(text, out);
      return true;
    }
    const LogValue value = ValueOf(*single, record);
    if (const std::string* const text = std::get_if<std::string>(&value)) {
      AppendString(*text, out);
    } else if (const int64_t* const number = std::get_if<int64_t>(&value)) {
      out += std::to_string(*number);
    } else if (empty == EmptyValues::kDash) {
      out += "null";
    } else {
      return false;
    }
    return true;
  }
  bool operator()(const std::vector<LogJson>& list) {
    const auto no_name = [](const LogJson&) {};
    const auto itself = [](const LogJson& one) -> const LogJson& { return one; };
    return PrintEach('[', list, ']', no_name, itself);
  }
  bool operator()(const std::vector<LogJson::Member>& members) {
    const auto name = [this](const LogJson::Member& member) {
      AppendString(member.name, out);
      out += ':';
    };
    const auto value = [](const LogJson::Member& member) -> const LogJson& { return member.value; };
    return PrintEach('{', members, '}', name, value);
  }

  template <typename Elements, typename Before, typename Value>
  bool PrintEach(char open, const Elements& elements, char close, Before before, Value value) {
    out += open;
    bool first = true;
    for (const auto& element : elements) {
      const size_t begin = out.size();
      if (!first) out += ',';
      before(element);
      if (Print(value(element))) {
        first = false;
      } else {
        out.resize(begin);
      }
    }
    out += close;
    return true;
  }
};

}  // namespace

void AppendJson(const LogJson& format, const AccessLogRecord& record, EmptyValues empty, std::string& out) {
  Printer{record, empty, out}.Print(format);
}

}  // namespace minato::gateway
