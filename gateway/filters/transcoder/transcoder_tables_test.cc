#include "gateway/filters/transcoder/transcoder_fixture.h"

namespace minato::gateway {
namespace {

struct TranscoderTablesTest : TranscoderFixture {
  std::string Load() {
    const auto tables = TranscoderTables::Load(config, extensions);
    return tables.ok() ? "ok" : std::string(MessageOf(tables.status()));
  }
};

constexpr std::string_view kPlace = "f.yaml:7: http_filters[0]: transcoding_filter: ";

TEST_F(TranscoderTablesTest, LoadsADescriptorSetAndItsServices) {
  EXPECT_EQ(Load(), "ok");
  config.services.push_back("transcoder.test.WithoutRules");
  EXPECT_EQ(Load(), "ok");
}

TEST_F(TranscoderTablesTest, RefusesWhatIsNoDescriptorSet) {
  config.descriptor_bytes = "junk";
  EXPECT_EQ(Load(), std::string(kPlace) + "Unable to parse proto descriptor");
  config.descriptor_bytes.clear();
  EXPECT_EQ(Load(), std::string(kPlace) + "neither proto_descriptor nor proto_descriptor_bin is set");
  config.descriptor_file = "/nonexistent/set.binpb";
  EXPECT_EQ(Load(), std::string(kPlace) + "Unable to read proto descriptor file /nonexistent/set.binpb");
}

TEST_F(TranscoderTablesTest, RefusesADescriptorSetThatLacksAnImport) {
  google::protobuf::FileDescriptorSet whole, last;
  ASSERT_TRUE(whole.ParseFromString(config.descriptor_bytes));
  *last.add_file() = whole.file(whole.file_size() - 1);
  config.descriptor_bytes = last.SerializeAsString();
  EXPECT_TRUE(Load().starts_with(std::string(kPlace) + "Unable to build proto descriptor pool: ")) << Load();
}

TEST_F(TranscoderTablesTest, RefusesAServiceThatIsNotInTheSet) {
  config.services.push_back("transcoder.test.Nope");
  EXPECT_EQ(Load(), std::string(kPlace) + "Could not find 'transcoder.test.Nope' in the proto descriptor");
}

TEST_F(TranscoderTablesTest, RefusesRulesThatEnvoyRefuses) {
  for (const char* service : {"RefusedTemplate", "RefusedBody", "RefusedResponseBody"}) {
    config.services = {std::string("transcoder.test.") + service};
    EXPECT_TRUE(Load().starts_with(std::string(kPlace) + "Cannot register 'transcoder.test." + service + ".Bad'"))
        << Load();
  }
  EXPECT_NE(Load().find("Setting \"response_body\" is not supported yet for non-HttpBody fields"), std::string::npos);
}

TEST_F(TranscoderTablesTest, AResponseBodyMayBeAnyFieldOnlyWhereThatIsAskedFor) {
  config.services = {"transcoder.test.Parts"};
  EXPECT_NE(Load().find("Setting \"response_body\" is not supported yet for non-HttpBody fields: best"),
            std::string::npos);
  extensions = extensions.With(config::Extension::kResponseBody);
  EXPECT_EQ(Load(), "ok");
  config.services = {"transcoder.test.BelowRepeated"};
  EXPECT_EQ(Load(), std::string(kPlace) + "Cannot register 'transcoder.test.BelowRepeated.Bad': response_body: "
                                          "books.title lies below a repeated field");
}

TEST_F(TranscoderTablesTest, WarnOfRulesThatCannotBeReached) {
  config.services.push_back("transcoder.test.Ambiguous");
  TranscoderTablesByConfig tables;
  ASSERT_TRUE(tables.Add(config).ok());
  const std::string nothing =
      "variable nothing: Could not find field \"nothing\" in the type \"transcoder.test.Book\".";
  EXPECT_EQ(tables.warnings(),
            (std::vector<std::string>{
                "f.yaml:7: http_filters[0]: transcoder.test.Library.GetBook: GET \"/missing/{nothing}\": " + nothing,
                "f.yaml:7: http_filters[0]: transcoder.test.Ambiguous.One: GET \"/lost/{nothing}\": " + nothing,
                "f.yaml:7: http_filters[0]: transcoder.test.Ambiguous.Two: GET \"/same/{title}\": the same method and "
                "path shape /same/* as transcoder.test.Ambiguous.One has with \"/same/{id}\"; neither can be reached",
            }));
}

TEST_F(TranscoderTablesTest, AreLoadedOnceForEachConfiguration) {
  TranscoderTablesByConfig tables;
  ASSERT_TRUE(tables.Add(config).ok());
  const TranscoderTables* const first = tables.Find(config);
  ASSERT_NE(first, nullptr);
  ASSERT_TRUE(tables.Add(config).ok());
  EXPECT_EQ(tables.Find(config), first);
  const config::GrpcJsonTranscoder off;
  EXPECT_TRUE(tables.Add(off).ok());
  EXPECT_EQ(tables.Find(off), nullptr);
}

}  // namespace
}  // namespace minato::gateway
