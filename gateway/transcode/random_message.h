#pragma once

#include <memory>
#include <random>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"

namespace minato::gateway {

// A random schema of a few message types (nested, recursive, oneofs, maps, well-known types) and
// random messages of it. The seed decides everything.
class RandomSchema {
 public:
  explicit RandomSchema(uint64_t seed);

  const google::protobuf::Descriptor& root() const { return *root_; }
  const google::protobuf::DescriptorPool& pool() const { return pool_; }

  std::unique_ptr<google::protobuf::Message> NewMessage();
  std::unique_ptr<google::protobuf::Message> RandomMessage();
  std::string Deterministic(const google::protobuf::Message& message) const;
  // Spells the messages inside each google.protobuf.Any anew, so that equal ones have equal bytes.
  void NormalizeAny(google::protobuf::Message& message);

  // The same message with its top-level fields in another order (elements of one field stay in
  // order).
  std::string Shuffled(const std::string& wire);
  // The same JSON with other white space, and escapes for some characters.
  std::string Respell(const std::string& json);
  // A few bytes changed, dropped or doubled.
  std::string Mutate(std::string text);

 private:
  void Fill(google::protobuf::Message& message, int depth);
  void FillField(google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                 int depth);
  bool FillKnown(google::protobuf::Message& message, int depth);
  void FillValue(google::protobuf::Message& value, int depth);
  std::string RandomText();
  double RandomDouble();
  float RandomFloat();
  uint64_t RandomBits();
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  bool Chance(int percent) { return Below(100) < static_cast<uint64_t>(percent); }

  std::mt19937_64 random_;
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* root_ = nullptr;
};

}  // namespace minato::gateway
