#include "gateway/transcode/schema.h"

#include "gateway/transcode/test_protos.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

constexpr char kProto[] = R"(
  syntax = "proto3";
  package t;
  import "google/protobuf/any.proto";
  import "google/protobuf/struct.proto";
  message Node {
    string tag = 1;
    Node left_child = 2;
    repeated Node kids = 3;
    map<int32, Node> by_id = 4;
    google.protobuf.Value value = 5;
    int32 far = 536870911;
    optional bool maybe = 7;
    oneof pick { string a = 8; Color b = 9; }
    repeated int32 packed = 10;
    repeated int32 unpacked = 11 [packed = false];
    string odd = 12 [json_name = "a[b]"];
    string shadow = 13 [json_name = "tag2"];
    string tag2 = 14;
  }
  enum Color { option allow_alias = true; NONE = 0; RED = 1; ROT = 1; DEEP = 100; low = 7; BELOW = -5; }
)";

struct SchemaTest : testing::Test {
  SchemaTest() : protos(kProto), node(schema.Add(protos.Message("t.Node"))) {}
  std::string Names(std::string_view path) {
    auto found = ResolvePath(node, path);
    if (!found.ok()) return std::string(found.status().message());
    std::string names;
    for (const FieldTable* field : *found) names += "/" + field->name;
    return names;
  }
  TestProtos protos;
  Schema schema;
  const MessageTable& node;
};

TEST_F(SchemaTest, RecursiveTypesPointBackToThemselves) {
  EXPECT_EQ(node.FindName("leftChild")->message, &node);
  EXPECT_EQ(node.FindName("by_id")->message->FindName("value")->message, &node);
  EXPECT_EQ(&schema.Add(protos.Message("t.Node")), &node);
  EXPECT_EQ(schema.Find("google.protobuf.Struct")->well_known, WellKnown::kStruct);
  EXPECT_EQ(schema.Find("google.protobuf.Any"), nullptr);
}

TEST_F(SchemaTest, AddingAFileAddsItsImports) {
  schema.AddFile(protos.file());
  ASSERT_NE(schema.Find("google.protobuf.Any"), nullptr);
  EXPECT_EQ(schema.Find("t.Node"), &node);
}

TEST_F(SchemaTest, FieldsAreFoundByEitherNameAndByNumber) {
  EXPECT_EQ(node.FindName("leftChild"), node.FindName("left_child"));
  EXPECT_EQ(node.FindName("leftchild"), nullptr);
  EXPECT_EQ(node.FindName(""), nullptr);
  EXPECT_EQ(node.FindNumber(536870911)->name, "far");
  EXPECT_EQ(node.FindNumber(0), nullptr);
  EXPECT_EQ(node.FindNumber(6), nullptr);
  EXPECT_EQ(node.FindNumber(1000), nullptr);
}

TEST_F(SchemaTest, AJsonNameComesBeforeAnotherFieldsProtoName) {
  EXPECT_EQ(node.FindName("tag2")->name, "shadow");
}

TEST_F(SchemaTest, FieldsKnowPresencePackingAndOneof) {
  EXPECT_EQ(node.FindName("tag")->presence, Presence::kImplicit);
  EXPECT_EQ(node.FindName("maybe")->presence, Presence::kExplicit);
  EXPECT_TRUE(node.FindName("packed")->packed);
  EXPECT_FALSE(node.FindName("unpacked")->packed);
  EXPECT_EQ(node.FindName("a")->oneof_index, node.FindName("b")->oneof_index);
  EXPECT_EQ(node.FindName("far")->tag.size, 5);
  EXPECT_EQ(node.FindName("by_id")->cardinality, Cardinality::kMap);
}

TEST_F(SchemaTest, TheFirstEnumValueOfANumberNamesIt) {
  const EnumTable& color = *node.FindName("b")->enumeration;
  EXPECT_EQ(color.FindNumber(1)->name, "RED");
  EXPECT_EQ(color.FindNumber(-5)->name, "BELOW");
  EXPECT_EQ(color.FindNumber(100)->name, "DEEP");
  EXPECT_EQ(color.FindNumber(2), nullptr);
  EXPECT_EQ(color.FindName("ROT")->number, 1);
  EXPECT_EQ(color.FindName("rot"), nullptr);
  EXPECT_EQ(color.FindFolded("deEp")->number, 100);
  EXPECT_EQ(color.FindFolded("low"), nullptr) << "as in Envoy";
}

TEST_F(SchemaTest, PathsResolveByEitherNameAndPercentDecoded) {
  EXPECT_EQ(Names("left_child.leftChild.tag"), "/left_child/left_child/tag");
  EXPECT_EQ(Names("kids.odd"), "/kids/odd");
  EXPECT_EQ(Names("a[b]"), "/odd");
  EXPECT_EQ(Names("a%5Bb%5d"), "/odd");
  EXPECT_EQ(Names("by_id.key"), "/by_id/key");
}

TEST_F(SchemaTest, AnUnknownPathIsToldInEnvoysWords) {
  EXPECT_EQ(Names("left_child.nope"), "Could not find field \"nope\" in the type \"t.Node\".");
  EXPECT_EQ(
      Names("tag.x"),
      "Encountered a non-leaf field \"tag\" that is not a message while parsing a field path");
}

}  // namespace
}  // namespace minato::gateway
