#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/transcode/envoy_events.h"
#include "gateway/transcode/envoy_writer.h"

namespace minato::gateway {

// The inside of a google.protobuf.Any: its "@type" may come anywhere, so events before it wait.
class EnvoyAny {
 public:
  explicit EnvoyAny(EnvoyWriter& parent) : parent_(parent) {}

  void StartObject(std::string_view name);
  // False at the end of the Any itself, which is then written.
  bool EndObject();
  void StartList(std::string_view name);
  void EndList();
  void Scalar(std::string_view name, const JsonScalar& value);

 private:
  struct Event {
    enum class Kind { kStartObject, kEndObject, kStartList, kEndList, kScalar } kind;
    std::string name;
    JsonScalar value;
  };
  void SetType(const JsonScalar& value);
  void CheckValueKey(std::string_view name);
  void Invalid(std::string_view type, std::string_view value);
  void Write();

  EnvoyWriter& parent_;
  std::vector<Event> waiting_;
  std::unique_ptr<EnvoyWriter> inner_;
  std::string type_url_;
  bool known_ = false;  // A well-known type: its value is under "value".
  bool invalid_ = false;
  int depth_ = 0;
};

}  // namespace minato::gateway
