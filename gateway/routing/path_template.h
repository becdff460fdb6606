#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/status.h"

namespace minato::gateway {

// A parsed path template of google.api.http, such as "/v1/{name=shelves/*}/books/{book.id}:archive":
//
//   Template = "/" | "/" Segments [ ":" Literal ]
//   Segments = Segment { "/" Segment }
//   Segment  = "*" | "**" | Literal | "{" FieldPath [ "=" Segments ] "}"
//
// Behind "**" only literals may follow.
struct PathTemplate {
  enum class SegmentKind { kLiteral, kStar, kDoubleStar };

  struct Segment {
    SegmentKind kind = SegmentKind::kLiteral;
    std::string literal;  // kLiteral only; compared byte for byte with the raw path.
    friend bool operator==(const Segment&, const Segment&) = default;
  };

  // Binds segments [begin, end) of the template to a field.
  struct Variable {
    std::string field_path;  // "book.id"
    size_t begin = 0;
    size_t end = 0;
    friend bool operator==(const Variable&, const Variable&) = default;
  };

  // InvalidArgument with the column (from 1) and what is wrong there.
  static StatusOr<PathTemplate> Parse(std::string_view text);

  // The template without its variable names: two of one shape match the same paths.
  std::string Shape() const;

  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;
};

}  // namespace minato::gateway
