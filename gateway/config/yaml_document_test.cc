#include "gateway/config/yaml_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace minato::gateway::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text, const YamlLimits& limits = {}) {
  const auto document = YamlDocument::Parse(text, "f.yaml", limits);
  return document.ok() ? "no error" : std::string(MessageOf(document.status()));
}

std::string Repeated(std::string_view piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

TEST(YamlDocument, KnowsTheLineOfEveryValue) {
  const auto document = YamlDocument::Parse("a: 1\nb:\n- x\n- { c: \"2\" }\n", "f.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  const YamlNode& root = document->root();
  ASSERT_EQ(root.entries.size(), 2);
  EXPECT_EQ(root.entries[1].key, "b");
  EXPECT_EQ(root.entries[1].line, 2);
  const YamlNode& list = *root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2);
  EXPECT_EQ(list.items[0]->line, 3);
  EXPECT_FALSE(list.items[0]->quoted);
  EXPECT_EQ(list.items[1]->entries[0].value->line, 4);
  EXPECT_TRUE(list.items[1]->entries[0].value->quoted);
}

TEST(YamlDocument, ReadsJson) {
  const auto document = YamlDocument::Parse(R"({"a": [1, {"b": null}], "c": "\u00fc"})", "f.json");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->root().entries[0].value->items[1]->entries[0].value->kind, YamlNode::Kind::kNull);
  EXPECT_EQ(document->root().entries[1].value->text, "ü");
}

TEST(YamlDocument, AnAliasStandsForItsAnchor) {
  const auto document = YamlDocument::Parse("a: &x { k: v }\nb: *x\n", "f.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(document->root().entries[0].value, document->root().entries[1].value);
}

TEST(YamlDocument, DropsWhatIsTaggedIgnore) {
  const auto document = YamlDocument::Parse("!ignore x: &a [1]\nb: *a\n", "f.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_EQ(document->root().entries.size(), 1);
  EXPECT_EQ(document->root().entries[0].key, "b");
}

TEST(YamlDocument, RefusesWhatIsNotOneDocument) {
  EXPECT_EQ(ErrorOf(""), "f.yaml: the file is empty");
  EXPECT_EQ(ErrorOf("# nothing\n"), "f.yaml: the file is empty");
  EXPECT_THAT(ErrorOf("a: [1\nb: 2\n"), HasSubstr("f.yaml:"));
  EXPECT_EQ(ErrorOf("a: \xff"), "f.yaml: not UTF-8 text");
  EXPECT_EQ(ErrorOf(std::string_view("a\0: 1", 5)), "f.yaml: not UTF-8 text");
}

TEST(YamlDocument, RefusesKeysThatAreNone) {
  EXPECT_EQ(ErrorOf("[a]: 1\n"), "f.yaml:1: a key must be a string");
  EXPECT_EQ(ErrorOf("~: 1\n"), "f.yaml:1: a key is missing");
  EXPECT_EQ(ErrorOf("a: &x b\n*x : 1\n"), "f.yaml:2: an alias cannot be a key");
  EXPECT_EQ(ErrorOf("a: &x {}\nb:\n  <<: *x\n"), "f.yaml:3: the merge key << is not supported");
}

TEST(YamlDocument, RefusesTags) {
  EXPECT_EQ(ErrorOf("a: !b c\n"), "f.yaml:1: the tag !b is not supported");
  EXPECT_EQ(ErrorOf("a: !b {}\n"), "f.yaml:1: the tag !b is not supported");
  EXPECT_EQ(ErrorOf("!b a: 1\n"), "f.yaml:1: the tag !b is not supported");
}

TEST(YamlDocument, RefusesAnAliasInsideItsAnchor) {
  EXPECT_EQ(ErrorOf("a: &x\n  b: *x\n"), "f.yaml:2: an alias stands inside what it stands for");
}

TEST(YamlDocument, BoundsSizeAndNumber) {
  EXPECT_EQ(ErrorOf("a: 1\n", {.bytes_max = 4}), "f.yaml: 5 bytes, more than 4");
  EXPECT_EQ(ErrorOf("a: 1\n", {.bytes_max = 5}), "no error");
  EXPECT_EQ(ErrorOf("[1, 2, 3]", {.nodes_max = 3}), "f.yaml:1: more than 3 values");
  EXPECT_EQ(ErrorOf("[1, 2, 3]", {.nodes_max = 4}), "no error");
}

TEST(YamlDocument, TakesTheLastOfAKeyThatStandsTwiceAndTellsOfTheOthers) {
  const auto document = YamlDocument::Parse("a: 1\nb: {c: 2, c: [3]}\n!ignore a: 4\na: 5\na: 6\n", "f.yaml");
  ASSERT_TRUE(document.ok()) << document.status();
  ASSERT_EQ(document->root().entries.size(), 2);
  EXPECT_EQ(document->root().entries[0].value->text, "6");
  EXPECT_EQ(document->root().entries[0].line, 5);
  EXPECT_EQ(document->root().entries[1].value->entries[0].value->kind, YamlNode::Kind::kList);
  EXPECT_THAT(document->warnings(),
              ElementsAre("f.yaml:2: the key \"c\" stands twice; as in Envoy this one is passed over, line 2 counts",
                          "f.yaml:1: the key \"a\" stands twice; as in Envoy this one is passed over, line 4 counts",
                          "f.yaml:4: the key \"a\" stands twice; as in Envoy this one is passed over, line 5 counts"));
}

TEST(YamlDocument, ReadsTheFirstOfSeveralDocumentsAndTellsOfMore) {
  for (const std::string_view text : {"a: 1\n---\nb: 2\n", "---\na: 1\n---\n[", "a: 1\n...\n---\n"}) {
    const auto document = YamlDocument::Parse(text, "f.yaml");
    ASSERT_TRUE(document.ok()) << document.status();
    EXPECT_EQ(document->root().entries[0].key, "a");
    EXPECT_THAT(document->warnings(), ElementsAre(HasSubstr("a second document"))) << text;
  }
  EXPECT_THAT(YamlDocument::Parse("---\na: 1\n...\n", "f.yaml")->warnings(), ElementsAre());
}

TEST(YamlDocument, BoundsDepthBeforeTheParserRunsOutOfStack) {
  EXPECT_EQ(ErrorOf("[[1]]", {.depth_max = 2}), "no error");
  EXPECT_EQ(ErrorOf("[[[1]]]", {.depth_max = 2}), "f.yaml:1: more than 2 lists and maps inside each other");
  for (const std::string_view opener : {"[", "{a: ", "- ", "[{a: ", "? "}) {
    EXPECT_NE(ErrorOf(Repeated(opener, 100'000)), "no error") << opener;
  }
}

TEST(YamlDocument, BoundsWhatTheParserHoldsBeforeItTellsOfAnything) {
  EXPECT_EQ(ErrorOf(Repeated("[", (1 << 18) + 1)),
            "f.yaml: more than 262144 brackets that open, of which each may be a value");
  EXPECT_EQ(ErrorOf("[" + Repeated("\"\" ", 1 << 20)),
            "f.yaml: more than 2097152 characters that mean something to YAML");
  EXPECT_EQ(ErrorOf("[a, a]", {.marks_max = 2}), "no error");
}

TEST(YamlDocument, AliasesDoNotDeepenBeyondTheBound) {
  EXPECT_EQ(ErrorOf("a: &x [1]\nb: [*x]\n", {.depth_max = 3}), "no error");
  EXPECT_EQ(ErrorOf("a: &x [1]\nb: [[*x]]\n", {.depth_max = 3}),
            "f.yaml:2: more than 3 lists and maps inside each other");
}

// "A billion laughs": each line means ten times the one before.
TEST(YamlDocument, CountsAnAliasAsWhatItStandsFor) {
  std::string text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 10; ++i) {
    text += fmt::format("a{0}: &a{0} [{1}]\n", i, Repeated(fmt::format("*a{}, ", i - 1), 10));
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("more than 1048576 values once aliases are followed"));

  std::string scalar = "a: &a " + std::string(1 << 20, 'x') + "\nb: [" + Repeated("*a, ", 64) + "]\n";
  EXPECT_THAT(ErrorOf(scalar), HasSubstr("more than 67108864 bytes once aliases are followed"));
}

TEST(YamlDocument, AFileCutAnywhereIsReadOrRefused) {
  const std::string text = "a: &x {b: [1, 'two', \"three\"], c: |\n  text\n}\nd: *x\n? e\n: f\n";
  for (size_t i = 0; i <= text.size(); ++i) {
    const auto document = YamlDocument::Parse(text.substr(0, i), "f.yaml");
    if (!document.ok()) EXPECT_TRUE(MessageOf(document.status()).starts_with("f.yaml:")) << document.status();
  }
}

}  // namespace
}  // namespace minato::gateway::config
