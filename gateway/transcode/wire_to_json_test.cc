#include "gateway/transcode/wire_to_json.h"

#include "absl/strings/escaping.h"
#include "fmt/format.h"
#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gateway/transcode/wire_fields.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

struct WireToJsonTest : testing::Test {
  WireToJsonTest() : protos(kSampleProto) { schema.AddFile(protos.file()); }

  const MessageTable& Table(std::string_view type) {
    return *schema.Find(fmt::format("t.{}", type));
  }
  std::string Wire(std::string_view type, std::string_view text) {
    auto message = protos.New(fmt::format("t.{}", type));
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(std::string(text), message.get()))
        << text;
    return message->SerializeAsString();
  }
  std::string Print(const MessageTable& table, std::string_view wire) {
    std::string json = "prefix";
    absl::Status status = WireToJson(table, wire, options, json);
    EXPECT_EQ(json.substr(0, 6), "prefix");
    return status.ok() ? json.substr(6) : "error: " + std::string(status.message());
  }
  std::string Print(std::string_view type, std::string_view text) {
    return Print(Table(type), Wire(type, text));
  }
  std::string PrintHex(std::string_view type, std::string_view hex) {
    return Print(Table(type), absl::HexStringToBytes(absl::string_view(hex.data(), hex.size())));
  }

  TestProtos protos;
  Schema schema;
  JsonPrintOptions options;
};

TEST_F(WireToJsonTest, EveryScalarKindIsPrinted) {
  EXPECT_EQ(
      Print(
          "Scalars",
          R"(f_double: 1.5 f_float: 0.1 f_int32: -1 f_int64: -9223372036854775808 f_uint32: 4294967295
                  f_uint64: 18446744073709551615 f_sint32: -3 f_sint64: -4 f_fixed32: 5 f_fixed64: 6 f_sfixed32: -7 f_sfixed64: -8
                  f_bool: true f_string: "s" f_bytes: "\000\377" f_color: DARK_BLUE)"),
      R"({"fDouble":1.5,"fFloat":0.1,"fInt32":-1,"fInt64":"-9223372036854775808","fUint32":4294967295,)"
      R"("fUint64":"18446744073709551615","fSint32":-3,"fSint64":"-4","fFixed32":5,"fFixed64":"6","fSfixed32":-7,"fSfixed64":"-8",)"
      R"("fBool":true,"fString":"s","fBytes":"AP8=","fColor":"DARK_BLUE"})");
  EXPECT_EQ(PrintHex("Scalars", ""), "{}");
}

TEST_F(WireToJsonTest, FloatsHaveTheFewestDigitsTried) {
  EXPECT_EQ(
      Print(
          "Lists",
          R"(doubles: [0.1, 1e21, 1e-7, 123456789.125, -0.0, 1.7976931348623157e308, 5e-324, 100000, 1e15, 123456789012345, 1e-5, 0.0001, 0.30000000000000004]
                  floats: [0.1, 16777216, 3.4028234e38, 1e-7, 0.33333334, 1e6, 123456, 1234567])"),
      R"({"doubles":[0.1,1e+21,1e-07,123456789.125,-0,1.7976931348623157e+308,4.94065645841247e-324,100000,1e+15,123456789012345,1e-05,0.0001,0.30000000000000004],)"
      R"("floats":[0.1,16777216,3.40282347e+38,1e-07,0.333333343,1e+06,123456,1234567]})");
  EXPECT_EQ(Print("Lists", "doubles: [nan, inf, -inf] floats: [nan, -inf]"),
            R"({"doubles":["NaN","Infinity","-Infinity"],"floats":["NaN","-Infinity"]})");
}

TEST_F(WireToJsonTest, StringsAreEscapedAsEnvoyDoes) {
  EXPECT_EQ(Print("Scalars", R"(f_string: "\"\\/\b\f\n\r\t\001\037\177<>&'")"),
            R"({"fString":"\"\\/\b\f\n\r\t\u0001\u001f\u007f\u003c\u003e&'"})");
  EXPECT_EQ(Print("Scalars",
                  "f_string: \"é€😀\u2028\u2029\ufeff\U000e0041 a long tail of plain text "
                  "<b>\u00ad\u0085\""),
            "{\"fString\":\"é€😀\\u2028\\u2029\\ufeff\\udb40\\udc41 a long tail of plain text "
            "\\u003cb\\u003e\\u00ad\\u0085\"}");
  EXPECT_EQ(PrintHex("Scalars", "720361ff62"), "error: proto3 strings must be UTF-8");
}

TEST_F(WireToJsonTest, FieldsComeByNumberWhateverTheirOrderOnTheWire) {
  // flag (24), id (1), counts (12) in two runs with a nested frame (9) between, itself out of
  // order.
  EXPECT_EQ(PrintHex("Frame",
                     "c00101"
                     "0a0161"
                     "62020102"
                     "4a06"
                     "6a016e"
                     "0a0169"
                     "6003"),
            R"({"id":"a","nested":{"id":"i","note":"n"},"counts":[1,2,3],"flag":true})");
}

TEST_F(WireToJsonTest, UnknownFieldsAreLeftOut) {
  EXPECT_EQ(PrintHex("Pet",
                     "0a0152"
                     "a00601"
                     "a906aaaaaaaaaaaaaaaa"
                     "b20603616263"
                     "bb060801bc06"
                     "1003"
                     "c506aaaaaaaa"),
            R"({"name":"R","age":3})");
  EXPECT_EQ(PrintHex("Pet",
                     "1a0161"
                     "a00601"
                     "1a0162"),
            R"({"nickNames":["a","b"]})");
}

TEST_F(WireToJsonTest, DefaultsOnTheWireArePrinted) {
  EXPECT_EQ(PrintHex("Scalars", "1800200068007200800100"),
            R"({"fInt32":0,"fInt64":"0","fBool":false,"fString":"","fColor":"NONE"})");
}

TEST_F(WireToJsonTest, ListsMayBePackedOrNot) {
  EXPECT_EQ(PrintHex("Lists", "18011802"), R"({"ints":[1,2]})");
  EXPECT_EQ(PrintHex("Lists",
                     "1801"
                     "1a020203"
                     "1804"),
            R"({"ints":[1,2,3,4]})");
  EXPECT_EQ(PrintHex("Lists", "72020102"), R"({"unpacked":[1,2]})");
}

TEST_F(WireToJsonTest, APackedListWithoutElementsIsNoList) {
  EXPECT_EQ(PrintHex("Lists", "1a00"), "{}");
  EXPECT_EQ(PrintHex("Lists", "1a001a01051a00"), R"({"ints":[5]})");
}

TEST_F(WireToJsonTest, MapsKeepTheirOrderAndQuoteTheirKeys) {
  EXPECT_EQ(PrintHex("Maps",
                     "1205"
                     "0803"
                     "120163"
                     "1205"
                     "0801"
                     "120161"
                     "2204"
                     "0801"
                     "1001"),
            R"({"byInt":{"3":"c","1":"a"},"byFlag":{"true":"RED"}})");
  EXPECT_EQ(PrintHex("Maps",
                     "0a00"
                     "2a00"),
            R"({"words":{"":""},"rows":{"":{}}})");
  EXPECT_EQ(
      Print(
          "Maps",
          R"(by_long { key: 9 value: 10 } by_ulong { key: 1 value: 0.5 } values { key: "v" value { list_value { values { number_value: 1 } } } })"),
      R"({"byLong":{"9":"10"},"byUlong":{"1":0.5},"values":{"v":[1]}})");
}

TEST_F(WireToJsonTest, WellKnownTypesHaveTheirOwnForm) {
  const struct {
    const char* text;
    const char* json;
  } kCases[] = {
      {"at { }", R"({"at":"1970-01-01T00:00:00Z"})"},
      {"at { seconds: 253402300799 nanos: 999999999 }",
       R"({"at":"9999-12-31T23:59:59.999999999Z"})"},
      {"at { seconds: -62135596800 }", R"({"at":"0001-01-01T00:00:00Z"})"},
      {"at { seconds: 1577836800 nanos: 120000000 }", R"({"at":"2020-01-01T00:00:00.120Z"})"},
      {"at { seconds: 1577836800 nanos: 1000 }", R"({"at":"2020-01-01T00:00:00.000001Z"})"},
      {"at { seconds: 951782400 }", R"({"at":"2000-02-29T00:00:00Z"})"},
      {"at { seconds: -62135596801 }",
       "error: minimum acceptable time value is 0001-01-01T00:00:00Z"},
      {"at { seconds: 9223372036854775807 }",
       "error: maximum acceptable time value is 9999-12-31T23:59:59Z"},
      {"lasts { nanos: -500000000 }", R"({"lasts":"-0.500s"})"},
      {"lasts { seconds: -9223372036854775808 }", "error: duration out of range"},
      {"lasts { seconds: 315576000000 nanos: 1000 }", R"({"lasts":"315576000000.000001s"})"},
      {"lasts { seconds: 1 nanos: -1 }", "error: nanos and seconds signs do not match"},
      {"mask { paths: 'foo_bar' paths: 'a.b_c' }", R"({"mask":"fooBar,a.bC"})"},
      {"data { fields { key: 'k' value { null_value: NULL_VALUE } } }", R"({"data":{"k":null}})"},
      {"data { }", R"({"data":{}})"},
      {"value { }", "{}"},
      {"value { struct_value { fields { key: 'e' value { } } } }", R"({"value":{}})"},
      {"value { number_value: nan }",
       "error: google.protobuf.Value cannot encode double values for nan, because it would be "
       "parsed as a string"},
      {"value { list_value { values { number_value: 1 } values { string_value: 's' } values { } "
       "values { bool_value: true } } }",
       R"({"value":[1,"s",true]})"},
      {"list { }", R"({"list":[]})"},
      {"w_double { } w_int64 { value: 7 } w_bool { } w_string { } w_bytes { }",
       R"({"wDouble":0,"wInt64":"7","wBool":false,"wString":"","wBytes":""})"},
      {"any { type_url: 'type.googleapis.com/t.Pet' value: '\\n\\003Rex' }",
       R"({"any":{"@type":"type.googleapis.com/t.Pet","name":"Rex"}})"},
      {"any { type_url: 'type.googleapis.com/google.protobuf.Timestamp' }",
       R"({"any":{"@type":"type.googleapis.com/google.protobuf.Timestamp","value":"1970-01-01T00:00:00Z"}})"},
      {"any { type_url: 'type.googleapis.com/no.Such' value: 'x' }",
       "error: Invalid type URL, unknown type: no.Such"},
      {"any { }", R"({"any":{}})"},
      {"any { value: 'x' }", "error: broken Any: missing type URL"},
      {"empty { }", R"({"empty":{}})"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Print("Known", c.text), c.json) << c.text;
}

TEST_F(WireToJsonTest, AnAnyThatCannotBeReadKeepsItsBytesIfThatIsAllowed) {
  options.unreadable_any = JsonPrintOptions::UnreadableAny::kBytes;
  const struct {
    std::string_view text, json;
  } kCases[] = {
      {"any { type_url: 'type.googleapis.com/no.Such' value: 'x' }",
       R"({"any":{"@type":"type.googleapis.com/no.Such","value":"eA=="}})"},
      {"any { type_url: 'no.Such' }", R"({"any":{"@type":"no.Such","value":""}})"},
      {"any { value: 'x' }", R"({"any":{"@type":"","value":"eA=="}})"},
      {"any { type_url: 'type.googleapis.com/t.Pet' value: '\\n\\003Re' }",
       R"({"any":{"@type":"type.googleapis.com/t.Pet","value":"CgNSZQ=="}})"},
      {"any { type_url: 'type.googleapis.com/t.Pet' value: '\\n\\003Rex' }",
       R"({"any":{"@type":"type.googleapis.com/t.Pet","name":"Rex"}})"},
      {"any { type_url: 'type.googleapis.com/google.protobuf.Any' value: '\\n\\001x' }",
       R"({"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":{"@type":"x","value":""}}})"},
      {"any { }", R"({"any":{}})"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Print("Known", c.text), c.json) << c.text;
  options.whitespace = JsonPrintOptions::Whitespace::kIndent;
  EXPECT_EQ(Print("Known", "any { type_url: 'no.Such' value: 'x' }"),
            "{\n \"any\": {\n  \"@type\": \"no.Such\",\n  \"value\": \"eA==\"\n }\n}\n");
}

TEST_F(WireToJsonTest, BadWireIsRefusedInEnvoysWords) {
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  constexpr std::string_view kCutOff = "the message is cut off or is not protobuf";
  const struct {
    const char* hex;  // behind a field that is good
    std::string_view error;
  } kCases[] = {
      {"c03e80", "unexpected EOF"},
      {"c03effffffffffffffffffff01", "unexpected EOF"},
      {"c13e0102", "unexpected EOF"},
      {"c53e0102", "unexpected EOF"},
      {"c23e05", "malformed length-delimited field"},
      {"c23e", "unexpected EOF"},
      {"c23effffffff0f", "malformed length-delimited field"},
      {"c33ecc3e", "attempted to close group 1001 while inside group 1000"},
      {"c43e", "attempted to close group 1000 before SGROUP tag"},
      {"c63e", "unknown wire type: 6"},
      {"c73e", "unknown wire type: 7"},
      {"0201", "malformed length-delimited field"},
      {"1880", "unexpected EOF"},
      {"18", "unexpected EOF"},
      {"7205", "unexpected EOF"},
      {"090000000000000000", "repeated entries for singular field number 1"},
      {"0d01020304", "field type 1 (number 1) does not support 32-bit fields"},
      {"0801", "field type 1 (number 1) does not support varint fields"},
      {"7001", "field type 9 (number 14) does not support varint fields"},
      {"71000102030405060708", "field type 9 (number 14) does not support type 64-bit fields"},
      {"737400", "field number 14 is not a group"},
      {"74", "attempted to close group 14 before SGROUP tag"},
      {"6802", "bad value for bool: \\x02"},
      {"688001", "bad value for bool: \\x80"},
      {"7202c328", "proto3 strings must be UTF-8"},
      // What Envoy takes for complete.
      {"c33e", kCutOff},
      {"c0", kCutOff},
      {"72", kCutOff},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(PrintHex("Scalars", fmt::format("090000000000000000{}", c.hex)),
              fmt::format("error: {}", c.error))
        << c.hex;
  }
  EXPECT_EQ(PrintHex("Scalars", "c33ec33e0801c43ec43e720178"),
            R"({"fString":"x"})");
  EXPECT_EQ(Print("Known", "any { type_url: 'a/t.Pet' }"),
            "error: Invalid type URL, type URLs must be of the form "
            "'type.googleapis.com/<typename>', got: a/t.Pet");
}

TEST_F(WireToJsonTest, TypesWithAFormOfTheirOwnAreReadAsStrictlyAsOthers) {
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  const struct {
    const char* type;
    const char* hex;
    std::string_view json;
  } kCases[] = {
      {"google.protobuf.Timestamp", "0801" "0802", "error: repeated entries for singular field number 1"},
      {"google.protobuf.Timestamp", "110000000000000000",
       "error: field type 5 (number 2) does not support type 64-bit fields"},
      {"google.protobuf.FieldMask", "0801", "error: field type 9 (number 1) does not support varint fields"},
      {"google.protobuf.FieldMask", "0a01ff", "error: proto3 strings must be UTF-8"},
      {"google.protobuf.FieldMask", "0a033c5f62", "\"<B\""},
      {"google.protobuf.FieldMask", "0a02220a", "\"\\\"\\u000a\""},
      {"google.protobuf.Struct", "0801", "error: field type 11 (number 1) does not support varint fields"},
      {"google.protobuf.Struct", "0a070a01ff1200", "error: proto3 strings must be UTF-8"},
      {"google.protobuf.ListValue", "0a021001", "error: field type 1 (number 2) does not support varint fields"},
      {"google.protobuf.ListValue", "0a020a00" "0a022001", "[true]"},
      {"google.protobuf.Value", "110000000000000000" "1a01ff", "error: proto3 strings must be UTF-8"},
      {"google.protobuf.StringValue", "0801", "error: field type 9 (number 1) does not support varint fields"},
      {"google.protobuf.Any", "0a00", "error: Invalid type URL, type URLs must be of the form "
                                      "'type.googleapis.com/<typename>', got: "},
      {"google.protobuf.Any", "1201" "31" "1201" "31", "error: repeated entries for singular field number 2"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Print(*schema.Find(c.type), absl::HexStringToBytes(c.hex)), c.json) << c.type << ' ' << c.hex;
  }
  EXPECT_EQ(PrintHex("Maps", "1206" "0803" "0804" "1200"), "error: repeated entries for singular field number 1");
  EXPECT_EQ(PrintHex("Scalars", "688100"), "error: bad value for bool: \\x81");
}

TEST_F(WireToJsonTest, OneNumberMayComeAsAPackedList) {
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  EXPECT_EQ(PrintHex("Scalars", "1a0161" "2200" "0a08000000000000f03f"), R"({"fDouble":1,"fInt32":97})");
  EXPECT_EQ(PrintHex("Scalars", "1a026161"), "error: repeated entries for singular field number 3");
  EXPECT_EQ(PrintHex("Scalars", "1a0180"), "error: unexpected EOF");
  EXPECT_EQ(Print(*schema.Find("google.protobuf.Int64Value"), "\n\x01\x05"), R"("5")");
}

TEST_F(WireToJsonTest, WhatIsWrongInAnAnyIsToldInEnvoysWords) {
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  EXPECT_EQ(Print("Known", "any { type_url: 'type.googleapis.com/t.Pet' value: '\\010\\001' }"),
            "error: field type 9 (number 1) does not support varint fields");
  EXPECT_EQ(Print("Known", "any { type_url: 'type.googleapis.com/a/t.Pet' }"),
            "error: Invalid type URL, unknown type: a/t.Pet");
  EXPECT_EQ(Print("Known", "any { type_url: 'type.googleapis.com/google.protobuf.Value' }"),
            R"({"any":{"@type":"type.googleapis.com/google.protobuf.Value","value":null}})");
}

TEST_F(WireToJsonTest, BadWireIsRefused) {
  const struct {
    const char* hex;
    const char* error;
  } kCases[] = {
      {"0a", "the message is cut off or is not protobuf"},
      {"0a0261", "the message is cut off or is not protobuf"},
      {"08", "the message is cut off or is not protobuf"},
      {"00", "the message is cut off or is not protobuf"},
      {"0f", "the message is cut off or is not protobuf"},
      {"0c", "the message is cut off or is not protobuf"},
      {"0a01610a0162", "repeated entries for singular field number 1"},
      {"c00102", "bad value for a bool"},
      {"ffffffffffffffffffff01", "the message is cut off or is not protobuf"},
      {"62028080", "the message is cut off or is not protobuf"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(PrintHex("Frame", c.hex), std::string("error: ") + c.error) << c.hex;
}

TEST_F(WireToJsonTest, NestingIsBounded) {
  auto nest = [](int messages) {
    std::string wire;
    for (int i = 0; i < messages; ++i) {
      std::string outer = "\x4a";
      for (size_t size = wire.size();; size >>= 7) {
        outer += static_cast<char>(size < 0x80 ? size : size | 0x80);
        if (size < 0x80) break;
      }
      wire = outer + wire;
    }
    return wire;
  };
  EXPECT_EQ(Print(Table("Frame"), nest(99)).substr(0, 10), R"({"nested":)");
  EXPECT_EQ(Print(Table("Frame"), nest(100)), "error: the message is nested too deeply");
  options.wire = JsonPrintOptions::Wire::kEnvoy;
  EXPECT_EQ(Print(Table("Frame"), nest(100)).substr(0, 10), R"({"nested":)");
  EXPECT_EQ(Print(Table("Frame"), nest(101)), "error: allowed depth exceeded");
}

TEST_F(WireToJsonTest, OptionsChangeTheLayout) {
  const char* text =
      "scalars { f_int32: 1 } lists { ints: [1, 2] rows { } rows { f_color: RED } } known { data { "
      "} list { } }";
  options.whitespace = JsonPrintOptions::Whitespace::kIndent;
  EXPECT_EQ(Print("Frame", text),
            "{\n \"scalars\": {\n  \"fInt32\": 1\n },\n \"lists\": {\n  \"ints\": [\n   1,\n   2\n "
            " ],\n  \"rows\": [\n   {},\n   {\n    \"fColor\": \"RED\"\n   }\n  ]\n },\n"
            " \"known\": {\n  \"data\": {},\n  \"list\": []\n }\n}\n");
  EXPECT_EQ(PrintHex("Frame", ""), "{}\n");
  options = {};
  options.names = JsonPrintOptions::Names::kProto;
  options.enums = JsonPrintOptions::Enums::kNumbers;
  EXPECT_EQ(Print("Frame", "lists { rows { f_color: RED } } renamed: 'r'"),
            R"({"lists":{"rows":[{"f_color":1}]},"renamed":"r"})");
  options = {};
  EXPECT_EQ(Print("Frame", "renamed: 'r'"), R"({"otherName":"r"})");
}

TEST_F(WireToJsonTest, UnsetFieldsArePrintedWhenAsked) {
  options.unset = JsonPrintOptions::Unset::kPrint;
  EXPECT_EQ(
      PrintHex("Scalars", "1801"),
      R"({"fDouble":0,"fFloat":0,"fInt32":1,"fInt64":"0","fUint32":0,"fUint64":"0","fSint32":0,"fSint64":"0","fFixed32":0,"fFixed64":"0",)"
      R"("fSfixed32":0,"fSfixed64":"0","fBool":false,"fString":"","fBytes":"","fColor":"NONE"})");
  EXPECT_EQ(
      PrintHex("Maps", ""),
      R"({"words":{},"byInt":{},"byLong":{},"byFlag":{},"rows":{},"byUlong":{},"values":{}})");
  EXPECT_EQ(PrintHex("Known", ""), R"({"nothing":null})");
}

TEST_F(WireToJsonTest, OneFieldCanBeTheWholeReply) {
  const std::string wire = Wire(
      "Frame",
      "note: 'n' counts: [1, 2] person { pet { age: 3 } } maps { words { key: 'k' value: 'v' } }");
  auto field = [&](std::string_view path) {
    std::string json;
    absl::Status status = WireFieldToJson(*ResolvePath(Table("Frame"), path), wire, options, json);
    return status.ok() ? json : std::string(status.message());
  };
  EXPECT_EQ(field("note"), R"("n")");
  EXPECT_EQ(field("counts"), "[1,2]");
  EXPECT_EQ(field("person"), R"({"pet":{"age":3}})");
  EXPECT_EQ(field("person.pet.age"), "3");
  EXPECT_EQ(field("maps.words"), R"({"k":"v"})");
  EXPECT_EQ(field("number"), R"("0")");
  EXPECT_EQ(field("tags"), "[]");
  EXPECT_EQ(field("nested"), "{}");
  EXPECT_EQ(field("boxed"), "null");
}

TEST(WireToJsonProto2, GroupsPrintAndBadTextBecomesSpaces) {
  TestProtos protos(kSampleProto2);
  Schema schema;
  const MessageTable& old = schema.Add(protos.Message("t.Old"));
  std::string json;
  EXPECT_TRUE(
      WireToJson(old, absl::HexStringToBytes("0a016b2b3201782c3807"), JsonPrintOptions(), json)
          .ok());
  EXPECT_EQ(json, R"({"key":"k","detail":{"line":"x"},"plainList":[7]})");
  json.clear();
  EXPECT_TRUE(
      WireToJson(old, absl::HexStringToBytes("0a0561ff62e282"), JsonPrintOptions(), json).ok());
  EXPECT_EQ(json, R"({"key":"a b "})");
}

TEST_F(WireToJsonTest, BytesOfEveryLengthAreBase64) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    std::string expected = absl::Base64Escape(bytes);
    std::string wire = "\x7a" + std::string(1, static_cast<char>(bytes.size())) + bytes;
    EXPECT_EQ(Print(Table("Scalars"), wire), "{\"fBytes\":\"" + expected + "\"}");
    bytes += static_cast<char>(i * 41 + 7);
  }
}

TEST_F(WireToJsonTest, IntegersOfEveryLengthArePrinted) {
  uint64_t value = 0;
  for (int digits = 1; digits <= 20; ++digits) {
    for (uint64_t v : {value, value + 1, value * 9 + 8}) {
      EXPECT_EQ(Print("Lists", fmt::format("longs: [{0}, -{0}]", v % (uint64_t{1} << 63))),
                fmt::format("{{\"longs\":[\"{0}\",\"{1}{0}\"]}}", v % (uint64_t{1} << 63),
                            v % (uint64_t{1} << 63) == 0 ? "" : "-"));
    }
    value = value == 0 ? 1 : value * 10;
  }
}

TEST(WireFields, AnHttpBodyIsPutInAndTakenOutAtItsPath) {
  TestProtos protos(
      R"(syntax = "proto3"; package t; message Body { string content_type = 1; bytes data = 2; }
                       message Upload { string name = 1; Body file = 2; Upload inner = 300; })");
  Schema schema;
  const MessageTable& upload = schema.Add(protos.Message("t.Upload"));
  for (std::string_view path_text : {"", "file", "inner.file", "inner.inner.file"}) {
    FieldPath path = *ResolvePath(upload, path_text);
    const std::string data(200, 'x');
    std::string wire = "\n\x01n";
    if (path.empty()) wire.clear();
    wire += HttpBodyPrefix(path, "text/plain", data.size()) + data;
    auto body = ReadHttpBody(path, wire);
    ASSERT_TRUE(body.ok());
    EXPECT_EQ(body->content_type, "text/plain");
    EXPECT_EQ(body->data, data);
    auto message = protos.New(path.empty() ? "t.Body" : "t.Upload");
    EXPECT_TRUE(message->ParseFromString(wire));
    EXPECT_FALSE(ReadHttpBody(path, std::string_view(wire).substr(0, wire.size() - 1)).ok());
  }
}

TEST(WireFields, AnHttpBodyIsReadAsEnvoyReadsOne) {
  TestProtos protos(
      R"(syntax = "proto3"; package t; message Body { string content_type = 1; bytes data = 2; }
                       message Upload { Body file = 3; })");
  Schema schema;
  const FieldPath whole;
  const FieldPath field = *ResolvePath(schema.Add(protos.Message("t.Upload")), "file");
  const auto data = [](const FieldPath& path, std::string_view wire) {
    const auto body = ReadHttpBody(path, wire);
    return body.ok() ? std::string(body->data) : "refused";
  };
  using std::string_literals::operator""s;
  const std::string begun = "\x4b";  // a group
  const std::string ended = "\x4c";
  EXPECT_EQ(data(whole, "\x12\1a\x12\1b"), "b");
  EXPECT_EQ(data(whole, "\x4a\1z\x12\1a"), "a");
  EXPECT_EQ(data(whole, begun + ended + "\x12\1a"), "refused");
  EXPECT_EQ(data(whole, ended + "\x12\1a"), "");
  EXPECT_EQ(data(whole, "\0\x12\1a"s), "");
  EXPECT_EQ(data(whole, "\2\1z\x12\1a"), "refused");
  EXPECT_EQ(data(whole, "\x92\x80\x80\x80\x10\1a"), "a");
  EXPECT_EQ(data(whole, "\x92\x80\x80\x80\x80\0\1a"s), "refused");
  const std::string in_field = "\x1a\3\x12\1a";
  EXPECT_EQ(data(field, begun + "\x08\1" + ended + in_field), "a");
  EXPECT_EQ(data(field, begun + begun + ended + ended + in_field), "refused");
  EXPECT_EQ(data(field, begun + in_field), "refused");
  EXPECT_EQ(data(field, ended + in_field), "refused");
  EXPECT_EQ(data(field, "\0"s + in_field), "");
  EXPECT_EQ(data(field, "\x1a\4\x12\1a" + ended), "refused");
}

}  // namespace
}  // namespace minato::gateway
