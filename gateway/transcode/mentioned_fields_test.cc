#include "fmt/format.h"
#include "gateway/transcode/json_to_wire.h"
#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

TEST(MentionedFields, ArePathsOfAMask) {
  TestProtos protos(kSampleProto);
  Schema schema;
  schema.AddFile(protos.file());
  EXPECT_EQ(
      MentionedFields(
          *schema.Find("t.Frame"),
          R"({"id":"1","person":{"pet":{"name":"x","age":null},"pets":[{"name":"y"}]},"nested":{},"meta":{"a":1},"otherName":""})"),
      (std::vector<std::string>{"id", "person.pet.name", "person.pet.age", "person.pets", "nested",
                                "meta", "renamed"}));
  const auto of = [&](std::string_view body) {
    return fmt::format("{}", fmt::join(MentionedFields(*schema.Find("t.Frame"), body), ","));
  };
  EXPECT_EQ(of(R"({"name":"a","name":"b","person":{"name":"c"},"person":{"id":1,"name":"d"}})"),
            "name,person.name,person.id");
  EXPECT_EQ(of(R"({"nix":{"name":1},"person":{"nix":1},"person":null})"), "person");
  for (const char* none : {"", "{}", "[]", "\"name\"", "{'name':1}", R"({"name":1,})", R"({"person":{"name":1})"}) {
    EXPECT_EQ(of(none), "") << none;
  }
}

}  // namespace
}  // namespace minato::gateway
