#include "gateway/routing/path_template.h"

#include <utility>

namespace minato::gateway {
namespace {

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  StatusOr<PathTemplate> Parse() {
    if (text_ == "/") return std::move(result_);
    if (!Consume('/')) return Wrong("a template begins with '/'");
    TRY(ParseSegments());
    if (Consume(':')) {
      if (AtEnd()) return Wrong("the verb is empty");
      const size_t begin = at_;
      while (!AtEnd() && !IsSpecial(Peek())) ++at_;
      if (!AtEnd() || at_ == begin) return WrongHere("in a verb");
      result_.verb = text_.substr(begin);
    }
    if (!AtEnd()) return WrongHere("behind the template");
    return std::move(result_);
  }

 private:
  static bool IsSpecial(char c) { return c == '/' || c == ':' || c == '{' || c == '}'; }

  bool AtEnd() const { return at_ == text_.size(); }
  char Peek() const { return text_[at_]; }

  bool Consume(char c) {
    if (AtEnd() || Peek() != c) return false;
    ++at_;
    return true;
  }

  Status Wrong(std::string_view what) const {
    return InvalidArgument("path template \"{}\", column {}: {}", text_, at_ + 1, what);
  }

  Status WrongHere(std::string_view where) const {
    return Wrong(fmt::format("'{}' {}", Peek(), where));
  }

  Status ParseSegments() {
    TRY(ParseSegment());
    while (Consume('/')) TRY(ParseSegment());
    return OkStatus();
  }

  Status ParseSegment() {
    if (AtEnd() || Peek() == '/' || Peek() == ':') return Wrong("a segment is empty");
    if (Peek() == '}') return WrongHere("without '{'");
    if (Peek() == '{') return ParseVariable();
    if (Peek() == '*') return ParseStar();
    return ParseLiteral();
  }

  Status ParseStar() {
    if (has_double_star_) return Wrong("only literals may follow '**'");
    Consume('*');
    const bool is_double = Consume('*');
    if (!AtEnd() && Peek() != '/' && Peek() != ':' && Peek() != '}') return WrongHere("directly behind a wildcard");
    has_double_star_ = is_double;
    Add(is_double ? PathTemplate::SegmentKind::kDoubleStar : PathTemplate::SegmentKind::kStar);
    return OkStatus();
  }

  Status ParseLiteral() {
    const size_t begin = at_;
    while (!AtEnd() && !IsSpecial(Peek())) ++at_;
    if (!AtEnd() && Peek() == '{') return Wrong("a variable must be a whole segment");
    if (!AtEnd() && Peek() == '}' && !in_variable_) return WrongHere("without '{'");
    if (!AtEnd() && Peek() == ':' && in_variable_) return WrongHere("inside a variable");
    Add(PathTemplate::SegmentKind::kLiteral, text_.substr(begin, at_ - begin));
    return OkStatus();
  }

  Status ParseVariable() {
    if (in_variable_) return Wrong("a variable inside a variable");
    Consume('{');
    in_variable_ = true;
    PathTemplate::Variable variable;
    variable.begin = result_.segments.size();
    TRY(variable.field_path, ParseFieldPath());
    if (Consume('=')) {
      TRY(ParseSegments());
    } else {
      if (has_double_star_) return Wrong("only literals may follow '**'");
      Add(PathTemplate::SegmentKind::kStar);
    }
    if (AtEnd()) return Wrong("'}' is missing");
    if (!Consume('}')) return WrongHere("inside a variable");
    in_variable_ = false;
    if (!AtEnd() && Peek() != '/' && Peek() != ':') return Wrong("a variable must be a whole segment");
    variable.end = result_.segments.size();
    result_.variables.push_back(std::move(variable));
    return OkStatus();
  }

  StatusOr<std::string> ParseFieldPath() {
    const size_t begin = at_;
    size_t part = at_;
    while (true) {
      const bool ends = AtEnd() || Peek() == '.' || Peek() == '=' || Peek() == '}';
      if (!ends) {
        if (IsSpecial(Peek()) || Peek() == '*') return WrongHere("in a field name");
        ++at_;
        continue;
      }
      if (at_ == part) return Wrong("a field name is missing");
      if (AtEnd() || Peek() != '.') return std::string(text_.substr(begin, at_ - begin));
      part = ++at_;
    }
  }

  void Add(PathTemplate::SegmentKind kind, std::string_view literal = {}) {
    result_.segments.push_back({kind, std::string(literal)});
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool in_variable_ = false;
  bool has_double_star_ = false;
  PathTemplate result_;
};

}  // namespace

StatusOr<PathTemplate> PathTemplate::Parse(std::string_view text) { return Parser(text).Parse(); }

std::string PathTemplate::Shape() const {
  std::string shape;
  for (const Segment& segment : segments) {
    shape += '/';
    switch (segment.kind) {
      case SegmentKind::kLiteral: shape += segment.literal; break;
      case SegmentKind::kStar: shape += "*"; break;
      case SegmentKind::kDoubleStar: shape += "**"; break;
    }
  }
  if (shape.empty()) shape = "/";
  if (!verb.empty()) shape += ":" + verb;
  return shape;
}

}  // namespace minato::gateway
