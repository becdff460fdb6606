#include "gateway/transcode/json_to_wire.h"

#include "fmt/format.h"
#include "gateway/transcode/sample_proto.h"
#include "gateway/transcode/test_protos.h"
#include "gtest/gtest.h"

namespace minato::gateway {
namespace {

struct JsonToWireTest : testing::Test {
  JsonToWireTest() : protos(kSampleProto) { schema.AddFile(protos.file()); }

  JsonRequest Request(std::string_view type, std::string_view target = "") {
    JsonRequest request;
    request.message = schema.Find(fmt::format("t.{}", type));
    request.target = *ResolvePath(*request.message, target);
    return request;
  }
  void Bind(JsonRequest& request, std::string_view path, std::string value) {
    request.bindings.push_back(Binding{*ResolvePath(*request.message, path), std::move(value)});
  }
  void BindEntry(JsonRequest& request, std::string_view path, std::string key, std::string value) {
    Bind(request, path, std::move(value));
    request.bindings.back().key = std::move(key);
  }
  // The message as text, or the error.
  std::string Show(const JsonRequest& request, std::string_view wire) {
    auto message = protos.New(request.message->full_name);
    if (!message->ParseFromString(std::string(wire))) return "<not protobuf>";
    return message->ShortDebugString();
  }
  std::string Read(const JsonRequest& request, std::string_view json) {
    std::string wire = "prefix";
    absl::Status status = JsonToWire(request, json, wire);
    EXPECT_EQ(wire.substr(0, 6), "prefix");
    // Cutting must not matter.
    for (size_t cut = 0; cut <= json.size(); ++cut) {
      JsonBody body(request, JsonBody::Shape::kMessage);
      std::vector<std::string> messages;
      EXPECT_TRUE(body.Feed(json.substr(0, cut), messages).ok());
      EXPECT_TRUE(body.Feed(json.substr(cut), messages).ok());
      EXPECT_TRUE(messages.empty());
      EXPECT_EQ(body.Finish(messages), status);
      if (status.ok()) {
        EXPECT_EQ(messages.at(0), wire.substr(6));
      }
    }
    return status.ok() ? Show(request, wire.substr(6)) : std::string(status.message());
  }
  std::string Read(std::string_view type, std::string_view json) {
    return Read(Request(type), json);
  }
  // The elements' messages and then the error, with the array cut at every position and byte by
  // byte.
  std::string ReadArray(const JsonRequest& request, std::string_view json) {
    std::string whole;
    for (size_t cut = 0; cut <= json.size() + 1; ++cut) {
      JsonBody body(request, JsonBody::Shape::kArray);
      std::vector<std::string> messages;
      absl::Status status;
      if (cut <= json.size()) {
        status = body.Feed(json.substr(0, cut), messages);
        if (status.ok()) status = body.Feed(json.substr(cut), messages);
      } else {
        for (size_t i = 0; i < json.size() && status.ok(); ++i)
          status = body.Feed(json.substr(i, 1), messages);
      }
      if (status.ok()) status = body.Finish(messages);
      std::string shown;
      for (const std::string& message : messages) shown += "(" + Show(request, message) + ")";
      if (!status.ok()) shown += std::string(status.message());
      if (cut == 0) whole = shown;
      EXPECT_EQ(shown, whole) << "cut at " << cut;
    }
    return whole;
  }

  TestProtos protos;
  Schema schema;
};

TEST_F(JsonToWireTest, EveryScalarKindIsRead) {
  EXPECT_EQ(
      Read("Scalars",
           R"({"fDouble":1.5,"fFloat":-0.25,"fInt32":-7,"fInt64":"-8","fUint32":9,"fUint64":"10",
                 "fSint32":-1,"fSint64":"-2","fFixed32":3,"fFixed64":"4","fSfixed32":-5,"fSfixed64":"-6","fBool":true,
                 "fString":"s","fBytes":"AQI=","fColor":"RED"})"),
      "f_double: 1.5 f_float: -0.25 f_int32: -7 f_int64: -8 f_uint32: 9 f_uint64: 10 f_sint32: -1 "
      "f_sint64: -2 "
      "f_fixed32: 3 f_fixed64: 4 f_sfixed32: -5 f_sfixed64: -6 f_bool: true f_string: \"s\" "
      "f_bytes: \"\\001\\002\" "
      "f_color: RED");
  EXPECT_EQ(Read("Scalars", " {\n } "), "");
  EXPECT_EQ(Read("Scalars", ""), "");
}

TEST_F(JsonToWireTest, ScalarsTakeTheFormsOfTheJsonMapping) {
  const struct {
    const char* json;
    const char* result;
  } kCases[] = {
      {R"({"fInt32":"12"})", "f_int32: 12"},
      {R"({"fInt32":12.0})", "f_int32: 12"},
      {R"({"fInt32":1.2e1})", "f_int32: 12"},
      {R"({"fInt32":-2147483648})", "f_int32: -2147483648"},
      {R"({"fInt64":9007199254740993})", "f_int64: 9007199254740993"},
      {R"({"fInt64":"-9223372036854775808"})", "f_int64: -9223372036854775808"},
      {R"({"fUint64":18446744073709551615})", "f_uint64: 18446744073709551615"},
      {R"({"fUint64":"18446744073709551615"})", "f_uint64: 18446744073709551615"},
      {R"({"fDouble":"NaN","fFloat":"-Infinity"})", "f_double: nan f_float: -inf"},
      {R"({"fDouble":"1e3"})", "f_double: 1000"},
      {R"({"fDouble":2.2250738585072011e-308})", "f_double: 2.2250738585072009e-308"},
      {R"({"fDouble":123456789012345678901234567890})", "f_double: 1.2345678901234568e+29"},
      {R"({"fDouble":1e-400})", ""},
      {R"({"fFloat":3.40282347e+38})", "f_float: 3.40282347e+38"},
      {R"({"fColor":3})", "f_color: DARK_BLUE"},
      {R"({"fColor":77})", "f_color: 77"},
      {R"({"fColor":"-5"})", "f_color: BELOW"},
      {R"({"fBytes":"-_8"})", "f_bytes: \"\\373\\377\""},
      {R"({"fBytes":"+/8="})", "f_bytes: \"\\373\\377\""},
      {R"({"fBytes":"aGVs\u0062G8="})", "f_bytes: \"hello\""},
      {R"({"fBool":"false"})", ""},
      {R"({"fString":"a\u0041\n\t\"\\\/\u20ac\ud83d\ude00"})",
       "f_string: \"aA\\n\\t\\\"\\\\/\\342\\202\\254\\360\\237\\230\\200\""},
      {R"({"fString":"naïve €"})", "f_string: \"na\\303\\257ve \\342\\202\\254\""},
      {R"({"fString":null,"fInt32":null,"fColor":null})", ""},
      {R"({"f_string":"proto name"})", "f_string: \"proto name\""},
      {R"({"f\u0053tring":"escaped key"})", "f_string: \"escaped key\""},
      {R"({"fInt32":1,"fInt32":2})", "f_int32: 2"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read("Scalars", c.json), c.result) << c.json;
}

TEST_F(JsonToWireTest, WhatDoesNotFitIsToldWithPathAndColumn) {
  const struct {
    const char* type;
    const char* json;
    const char* error;
  } kCases[] = {
      {"Scalars", R"({"fInt32":2147483648})",
       "fInt32: expected a 32-bit integer, found 2147483648 (line 1, column 11)"},
      {"Scalars", R"({"fInt32":12.5})",
       "fInt32: expected a 32-bit integer, found 12.5 (line 1, column 11)"},
      {"Scalars", R"({"fInt32":"x"})",
       "fInt32: expected a 32-bit integer, found \"x\" (line 1, column 11)"},
      {"Scalars", R"({"fInt32":" 1"})",
       "fInt32: expected a 32-bit integer, found \" 1\" (line 1, column 11)"},
      {"Scalars", R"({"fInt32":true})",
       "fInt32: expected a 32-bit integer, found true (line 1, column 11)"},
      {"Scalars", R"({"fInt32":{}})",
       "fInt32: expected a 32-bit integer, found an object (line 1, column 11)"},
      {"Scalars", R"({"fUint32":-1})",
       "fUint32: expected an unsigned 32-bit integer, found -1 (line 1, column 12)"},
      {"Scalars", R"({"fInt64":"9223372036854775808"})",
       "fInt64: expected a 64-bit integer, found \"9223372036854775808\" (line 1, column 11)"},
      {"Scalars", R"({"fDouble":1e400})",
       "fDouble: expected a number in the range of double, found 1e400 (line 1, column 12)"},
      {"Scalars", R"({"fFloat":1e39})",
       "fFloat: expected a number in the range of float, found 1e39 (line 1, column 11)"},
      {"Scalars", R"({"fBool":1})", "fBool: expected true or false, found 1 (line 1, column 10)"},
      {"Scalars", R"({"fString":5})", "fString: expected a string, found 5 (line 1, column 12)"},
      {"Scalars", R"({"fBytes":"a!b"})",
       "fBytes: expected base64, found \"a!b\" (line 1, column 11)"},
      {"Scalars", R"({"fBytes":"-/8="})",
       "fBytes: expected base64, found \"-/8=\" (line 1, column 11)"},
      {"Scalars", R"({"fColor":"MAUVE"})",
       "fColor: expected a value of t.Color, found \"MAUVE\" (line 1, column 11)"},
      {"Scalars", R"({"fColor":"red"})",
       "fColor: expected a value of t.Color, found \"red\" (line 1, column 11)"},
      {"Frame", R"({"person":{"nope":1}})",
       "person.nope: no such field in t.Person (line 1, column 12)"},
      {"Frame", "{\"person\":\n {\"pets\":[{},\n  {\"age\":\"old\"}]}}",
       "person.pets[1].age: expected a 32-bit integer, found \"old\" (line 3, column 10)"},
      {"Frame", R"({"pickText":"t","pickNumber":1})",
       "oneof field 'pick' is already set. Cannot set 'pickNumber' (line 1, column 30)"},
      {"Frame", R"({"pets":{}})", "pets: expected an array, found an object (line 1, column 9)"},
      {"Frame", R"({"counts":[1,"b"]})",
       "counts[1]: expected a 32-bit integer, found \"b\" (line 1, column 14)"},
      {"Frame", R"([])", "expected an object, found an array (line 1, column 1)"},
      {"Maps", R"({"byInt":{"x":"y"}})",
       "byInt: expected a 32-bit integer, found \"x\" (line 1, column 11)"},
      {"Maps", R"({"words":{"k":"a","k":"b"}})",
       "words[k]: the key is there twice (line 1, column 19)"},
      {"Maps", R"({"words":[]})", "words: expected an object, found an array (line 1, column 10)"},
      {"Known", R"({"at":"2021-02-29T00:00:00Z"})",
       "at: expected a time like \"2006-01-02T15:04:05Z\", found \"2021-02-29T00:00:00Z\" (line 1, "
       "column 7)"},
      {"Known", R"({"at":"2020-02-03T04:05:06"})",
       "at: expected a time like \"2006-01-02T15:04:05Z\", found \"2020-02-03T04:05:06\" (line 1, "
       "column 7)"},
      {"Known", R"({"lasts":"5"})",
       "lasts: expected a duration like \"1.5s\", found \"5\" (line 1, column 10)"},
      {"Known", R"({"data":{"a":1,"a":2}})", "data.a: the key is there twice (line 1, column 16)"},
      {"Known", R"({"any":{"a":1}})", "any: an Any needs its \"@type\" (line 1, column 8)"},
      {"Known", R"({"any":{"@type":"type.googleapis.com/no.Such","a":1}})",
       "any: unknown type \"type.googleapis.com/no.Such\" in an Any (line 1, column 8)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read(c.type, c.json), c.error) << c.json;
}

TEST_F(JsonToWireTest, WhatIsNoJsonIsToldWithItsColumn) {
  const struct {
    const char* json;
    const char* error;
  } kCases[] = {
      {R"({"id":"1"} x)", "unexpected data after the value (line 1, column 12)"},
      {R"({"id":"1"}{"id":"2"})", "unexpected data after the value (line 1, column 11)"},
      {R"({"id":"1")", "expected ',' or '}', found the end (line 1, column 10)"},
      {R"({"id":"1)", "id: the string does not end (line 1, column 9)"},
      {R"({"id":"1\)", "id: the string does not end (line 1, column 10)"},
      {R"({"id":"1",})", "expected a key in quotes, found } (line 1, column 11)"},
      {R"({"id" "1"})", "expected ':', found \"1\" (line 1, column 7)"},
      {R"({'id':'1'})", "expected a key in quotes, found 'id':'1' (line 1, column 2)"},
      {R"({id:"1"})", "expected a key in quotes, found id:\"1\" (line 1, column 2)"},
      {R"({"id":"1" /* c */})", "expected ',' or '}', found /* (line 1, column 11)"},
      {"\xef\xbb\xbf{}", "expected an object, found \xef\xbb\xbf{ (line 1, column 1)"},
      {R"({"count":012})", "count: expected a 32-bit integer, found 012 (line 1, column 10)"},
      {R"({"count":+1})", "count: expected a 32-bit integer, found +1 (line 1, column 10)"},
      {R"({"count":1.})", "count: expected a 32-bit integer, found 1. (line 1, column 10)"},
      {R"({"flag":truth})", "flag: expected a value, found truth (line 1, column 9)"},
      {R"({"id":"\q"})", "id: unknown escape sequence in a string (line 1, column 8)"},
      {R"({"id":"\ud83d x"})", "id: a high surrogate stands alone (line 1, column 8)"},
      {R"({"id":"\ude00"})", "id: a low surrogate stands alone (line 1, column 8)"},
      {"{\"id\":\"\xff\"}", "id: the text is not UTF-8 (line 1, column 8)"},
      {"{\"id\":\"\xc0\x80\"}", "id: the text is not UTF-8 (line 1, column 8)"},
      {"{\"id\":\"abcdefghijklmnopqrst\xed\xa0\x80\"}",
       "id: the text is not UTF-8 (line 1, column 28)"},
      {"{\"id\":\"a\x01\"}",
       "id: a control character in a string must be escaped (line 1, column 9)"},
      {"  \n ", "expected an object, found the end (line 2, column 2)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read("Frame", c.json), c.error) << c.json;
}

TEST_F(JsonToWireTest, AHundredLevelsPassAndOneMoreDoesNot) {
  auto nest = [](int levels) {
    std::string json;
    for (int i = 1; i < levels; ++i) json += "{\"nested\":";
    json += "{}";
    return json + std::string(static_cast<size_t>(levels) - 1, '}');
  };
  std::string wire;
  EXPECT_TRUE(JsonToWire(Request("Frame"), nest(100), wire).ok());
  EXPECT_NE(JsonToWire(Request("Frame"), nest(101), wire)
                .message()
                .find("nested more than 100 levels deep (line 1, column 1001)"),
            std::string::npos);
}

// A Struct is three messages for each object and two for each list: protobuf would refuse what has been read.
TEST_F(JsonToWireTest, TakesNestedValuesAsDeepAsProtobufDoesAndSaysWhereThatEnds) {
  constexpr std::string_view kError =
      "nested more than 100 messages deep, which is protobuf's limit; an object in a google.protobuf.Struct counts "
      "as three, a list as two (line 1, column ";
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    size_t deepest = 0;
    for (size_t levels = 1; levels < 97; ++levels) {
      std::string json = "{\"data\":{\"a\":";
      for (size_t i = 0; i < levels; ++i) json += open;
      json += *open == '[' ? "" : "1";
      for (size_t i = 0; i < levels; ++i) json += close;
      json += "}}";
      std::string wire;
      const absl::Status read = JsonToWire(Request("Known"), json, wire);
      if (read.ok()) {
        deepest = levels;
        EXPECT_NE(Show(Request("Known"), wire), "<not protobuf>") << levels;
      } else {
        EXPECT_TRUE(std::string(read.message()).starts_with(kError)) << read;
        JsonRequest request = Request("Known");
        request.options = JsonReadOptions::Envoy();  // leaves it to the upstream
        wire.clear();
        EXPECT_TRUE(JsonToWire(request, json, wire).ok());
        EXPECT_EQ(Show(request, wire), "<not protobuf>") << levels;
      }
    }
    EXPECT_EQ(deepest, *open == '[' ? 49u : 32u);
  }
}

TEST_F(JsonToWireTest, ListsAndMapsAreRead) {
  EXPECT_EQ(
      Read(
          "Lists",
          R"({"ints":[1,null,-2],"words":["a",""],"colors":["RED",2],"rows":[{},{"fInt32":1}],"doubles":[],
                 "flags":[true],"boxed":["7"],"values":[null,1],"unpacked":[3,4],"times":["1970-01-01T00:00:01Z"]})"),
      "ints: 1 ints: -2 flags: true words: \"a\" words: \"\" colors: RED colors: 2 rows { } rows { "
      "f_int32: 1 } "
      "times { seconds: 1 } values { null_value: NULL_VALUE } values { number_value: 1 } boxed { "
      "value: 7 } unpacked: 3 unpacked: 4");
  EXPECT_EQ(
      Read(
          "Maps",
          R"({"words":{"k":"v"},"byInt":{"-3":"x"},"byFlag":{"true":"RED"},"rows":{"r":{"fInt32":1}}})"),
      "words { key: \"k\" value: \"v\" } by_int { key: -3 value: \"x\" } by_flag { key: true "
      "value: RED } "
      "rows { key: \"r\" value { f_int32: 1 } }");
  EXPECT_EQ(
      Read("Maps", R"({"words":{"k":null},"values":{"n":null},"byLong":null})"),
      "words { key: \"k\" value: \"\" } values { key: \"n\" value { null_value: NULL_VALUE } }");
}

TEST_F(JsonToWireTest, PackedNumbersOfEveryLengthAreRead) {
  std::string longs;
  std::string expected;
  for (int64_t value = 1; value > 0 && value < INT64_MAX / 10; value *= 10) {
    for (int64_t v : {value - 1, value, value + 3, value * 9 + value / 2}) {
      longs += fmt::format("{0},-{0},", v);
      expected += fmt::format("longs: {0} longs: -{0} ", v);
    }
  }
  // -0 is 0 where there is no sign.
  expected = expected.replace(expected.find("-0 "), 2, "0");
  expected.pop_back();
  longs.pop_back();
  EXPECT_EQ(Read("Lists", "{\"longs\":[" + longs + "]}"), expected);
  EXPECT_EQ(Read("Lists", "{\"ints\":[1, 2 ,3,null,\"4\",5.0,6e0,-7]   }"),
            "ints: 1 ints: 2 ints: 3 ints: 4 ints: 5 ints: 6 ints: -7");
  EXPECT_EQ(Read("Lists", "{\"ints\":[1,2147483648,3],\"words\":[\"some more text\"]}"),
            "ints[1]: expected a 32-bit integer, found 2147483648 (line 1, column 12)");
  EXPECT_EQ(Read("Lists", "{\"ints\":[1,2,01],\"words\":[\"some more text behind\"]}"),
            "ints[2]: expected a 32-bit integer, found 01 (line 1, column 14)");
  EXPECT_EQ(Read("Lists", "{\"ints\":[1,2,],\"words\":[\"some more text behind\"]}"),
            "ints[2]: expected a 32-bit integer, found ] (line 1, column 14)");
}

TEST_F(JsonToWireTest, ManyKeysOfAMapAreComparedWithEachOther) {
  std::string json = "{\"words\":{";
  for (int i = 0; i < 1000; ++i)
    json += fmt::format("\"key{}\":\"{}\",", i, std::string(static_cast<size_t>(i % 300), 'x'));
  std::string wire;
  EXPECT_TRUE(JsonToWire(Request("Maps"), json + "\"last\":\"\"}}", wire).ok());
  EXPECT_EQ(JsonToWire(Request("Maps"), json + "\"key777\":\"\"}}", wire).message().substr(0, 39),
            "words[key777]: the key is there twice (");
}

TEST_F(JsonToWireTest, WellKnownTypesAreRead) {
  const struct {
    const char* json;
    const char* result;
  } kCases[] = {
      {R"({"at":"2020-02-03T04:05:06+01:30"})", "at { seconds: 1580697306 }"},
      {R"({"at":"0001-01-01T00:00:00Z"})", "at { seconds: -62135596800 }"},
      {R"({"at":"9999-12-31T23:59:59.999999999Z"})",
       "at { seconds: 253402300799 nanos: 999999999 }"},
      {R"({"lasts":"-1.000000001s"})", "lasts { seconds: -1 nanos: -1 }"},
      {R"({"lasts":"0.5s"})", "lasts { nanos: 500000000 }"},
      {R"({"mask":"fooBar.baz,q"})", "mask { paths: \"foo_bar.baz\" paths: \"q\" }"},
      {R"({"mask":""})", "mask { }"},
      {R"({"data":{"n":1.5,"l":[true,"x"],"o":{}}})",
       "data { fields { key: \"l\" value { list_value { values { bool_value: true } values { "
       "string_value: \"x\" } } } } "
       "fields { key: \"n\" value { number_value: 1.5 } } fields { key: \"o\" value { struct_value "
       "{ } } } }"},
      {R"({"value":null,"nothing":null})", "value { null_value: NULL_VALUE }"},
      {R"({"list":[1,"a",[true]]})",
       "list { values { number_value: 1 } values { string_value: \"a\" } values { list_value { "
       "values { bool_value: true } } } }"},
      {R"({"wInt64":"5","wBool":false,"wString":"","wBytes":"AA==","wDouble":0.5})",
       "w_double { value: 0.5 } w_int64 { value: 5 } w_bool { } w_string { } w_bytes { value: "
       "\"\\000\" }"},
      {R"({"wInt64":null,"empty":{}})", "empty { }"},
      {R"({"any":{}})", "any { }"},
      {R"({"any":{"@type":"type.googleapis.com/t.Pet","name":"Rex"}})",
       "any { [type.googleapis.com/t.Pet] { name: \"Rex\" } }"},
      {R"({"any":{"name":"Rex","@type":"type.googleapis.com/t.Pet","age":3}})",
       "any { [type.googleapis.com/t.Pet] { name: \"Rex\" age: 3 } }"},
      {R"({"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"3s"}})",
       "any { [type.googleapis.com/google.protobuf.Duration] { seconds: 3 } }"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Read("Known", c.json), c.result) << c.json;
}

TEST_F(JsonToWireTest, UnknownFieldsAreSkippedWhenAsked) {
  JsonRequest request = Request("Scalars");
  request.options.unknown_fields = UnknownFields::kIgnore;
  EXPECT_EQ(Read(request, R"({"nope":{"a":[1,{},"x\n",true,null,-1.5e3]},"fInt32":1})"),
            "f_int32: 1");
  EXPECT_EQ(Read(request, R"({"nope":{"a" 1}})"), "expected ':', found 1 (line 1, column 14)");
}

TEST_F(JsonToWireTest, TheBodyMayBeOneField) {
  const struct {
    const char* target;
    const char* json;
    const char* result;
  } kCases[] = {
      {"person", R"({"name":"Ada"})", "person { name: \"Ada\" }"},
      {"person.pet", R"({"name":"Rex"})", "person { pet { name: \"Rex\" } }"},
      {"nested.nested.person", R"({"name":"Ada"})",
       "nested { nested { person { name: \"Ada\" } } }"},
      {"person", "null", ""},
      {"person", "", "person { }"},
      {"tags", R"(["a","b"])", "tags: \"a\" tags: \"b\""},
      {"pets", R"([{"name":"Rex"},{"age":2}])", "pets { name: \"Rex\" } pets { age: 2 }"},
      {"counts", R"([1,"2",3])", "counts: 1 counts: 2 counts: 3"},
      {"count", "41", "count: 41"},
      {"count", " 41 ", "count: 41"},
      {"note", R"("hello")", "note: \"hello\""},
      {"flag", "true", "flag: true"},
      {"at", R"("1970-01-01T00:00:09Z")", "at { seconds: 9 }"},
      {"boxed", R"("inside")", "boxed { value: \"inside\" }"},
      {"meta", R"({"a":null})", "meta { fields { key: \"a\" value { null_value: NULL_VALUE } } }"},
      {"person", "[]", "person: expected an object, found an array (line 1, column 1)"},
      {"meta", "[1]", "meta: expected an object, found an array (line 1, column 1)"},
      {"note", "hello", "note: expected a string, found hello (line 1, column 1)"},
      {"note", "", "note: expected a string, found an object (line 1, column 1)"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(Read(Request("Frame", c.target), c.json), c.result) << c.target << " " << c.json;
}

TEST_F(JsonToWireTest, WellKnownTypesMayBeTheWholeBody) {
  JsonRequest request;
  for (auto [type, json, result] :
       {std::tuple{"Struct", R"({"a":1})", "fields { key: \"a\" value { number_value: 1 } }"},
        std::tuple{"Value", "\"x\"", "string_value: \"x\""},
        std::tuple{"ListValue", "[1]", "values { number_value: 1 }"},
        std::tuple{"Timestamp", R"("1970-01-01T00:00:09Z")", "seconds: 9"},
        std::tuple{"StringValue", "\"x\"", "value: \"x\""}, std::tuple{"Empty", "{}", ""}}) {
    request.message = schema.Find(fmt::format("google.protobuf.{}", type));
    EXPECT_EQ(Read(request, json), result) << type;
  }
}

TEST_F(JsonToWireTest, BindingsFillWhatTheBodyLeaves) {
  JsonRequest request = Request("Frame");
  Bind(request, "id", "7");
  Bind(request, "tags", "q");
  Bind(request, "tags", "r");
  Bind(request, "person.pet.age", "3");
  Bind(request, "nested.id", "n");
  Bind(request, "at", "1970-01-01T00:00:09Z");
  Bind(request, "boxed", "b");
  EXPECT_EQ(Read(request, R"({"tags":["b"],"person":{"pet":{"name":"Rex"},"name":"Ada"}})"),
            "id: \"7\" person { name: \"Ada\" pet { name: \"Rex\" age: 3 } } nested { id: \"n\" } "
            "tags: \"b\" tags: \"q\" tags: \"r\" "
            "at { seconds: 9 } boxed { value: \"b\" }");
  EXPECT_EQ(Read(request, R"({"id":"8","person":{"pet":{"age":4}},"at":null})"),
            "id: \"8\" person { pet { age: 4 } } nested { id: \"n\" } tags: \"q\" tags: \"r\" at { "
            "seconds: 9 } boxed { value: \"b\" }");
  EXPECT_EQ(Read(request, ""),
            "id: \"7\" person { pet { age: 3 } } nested { id: \"n\" } tags: \"q\" tags: \"r\" at { "
            "seconds: 9 } boxed { value: \"b\" }");
  std::string wire;
  EXPECT_TRUE(BindingsToWire(request, wire).ok());
  EXPECT_EQ(Show(request, wire), Read(request, ""));
}

TEST_F(JsonToWireTest, BindingsInsideTheBodysFieldJoinIt) {
  JsonRequest request = Request("Frame", "person");
  Bind(request, "person.id", "9");
  Bind(request, "id", "1");
  EXPECT_EQ(Read(request, R"({"name":"Ada"})"), "id: \"1\" person { name: \"Ada\" id: 9 }");
  EXPECT_EQ(Read(request, R"({"name":"Ada","id":"10"})"),
            "id: \"1\" person { name: \"Ada\" id: 10 }");
  EXPECT_EQ(Read(request, "null"), "id: \"1\" person { id: 9 }");
}

TEST_F(JsonToWireTest, BindingsBesideABodyThatIsNoObjectAreDropped) {
  for (const Dialect dialect : {Dialect::kStrict, Dialect::kEnvoy}) {
    JsonRequest request;
    request.options.dialect = dialect;
    request.message = schema.Find("google.protobuf.Timestamp");
    Bind(request, "seconds", "5");
    EXPECT_EQ(Read(request, R"( "1970-01-01T00:00:09Z")"), "seconds: 9");
    if (dialect == Dialect::kStrict) continue;
    EXPECT_EQ(Read(request, R"({"nanos":7})"), "seconds: 5 nanos: 7");
    EXPECT_EQ(Read(request, ""), "seconds: 5");
  }
}

TEST_F(JsonToWireTest, ABodyBelowAListIsOneElement) {
  for (const Dialect dialect : {Dialect::kStrict, Dialect::kEnvoy}) {
    JsonRequest request = Request("Frame", "pets.name");
    request.options.dialect = dialect;
    EXPECT_EQ(Read(request, "\"Rex\""), "pets { name: \"Rex\" }");
    EXPECT_NE(Read(request, "[\"Rex\"]").find("pets"), std::string::npos);
  }
}

TEST_F(JsonToWireTest, TheWayIntoAStructIsJsonForEnvoy) {
  JsonRequest request = Request("Frame", "meta.fields");
  EXPECT_EQ(Read(request, R"({"a":null})"), "meta { fields { key: \"a\" value { null_value: NULL_VALUE } } }");
  request.options = JsonReadOptions::Envoy();
  EXPECT_EQ(Read(request, R"({"a":null})"),
            "meta { fields { key: \"fields\" value { struct_value { fields { key: \"a\" "
            "value { null_value: NULL_VALUE } } } } } }");
}

TEST_F(JsonToWireTest, OfTwoBindingsOfOneFieldTheLastWins) {
  JsonRequest request = Request("Frame");
  Bind(request, "id", "path");
  Bind(request, "id", "query");
  Bind(request, "at", "1970-01-01T00:00:01.5Z");
  Bind(request, "at", "1970-01-01T00:00:02Z");
  EXPECT_EQ(Read(request, "{}"), "id: \"query\" at { seconds: 2 }");
}

TEST_F(JsonToWireTest, ABindingThatDoesNotFitIsToldWithItsPath) {
  auto bound = [&](std::string_view path, std::string_view value) {
    JsonRequest request = Request("Frame");
    Bind(request, path, std::string(value));
    std::string wire;
    return std::string(BindingsToWire(request, wire).message());
  };
  EXPECT_EQ(bound("person.id", "abc"), "person.id: expected a 64-bit integer, found \"abc\"");
  EXPECT_EQ(bound("count", ""), "count: expected a 32-bit integer, found \"\"");
  EXPECT_EQ(bound("person", "x"), "person: a t.Person cannot be given as text");
  EXPECT_EQ(bound("scalars.f_bool", "maybe"),
            "scalars.fBool: expected true or false, found \"maybe\"");
  EXPECT_EQ(bound("scalars.f_bool", "YES"), "");
}

TEST_F(JsonToWireTest, EachElementOfAStreamIsAMessage) {
  JsonRequest request = Request("Pet");
  Bind(request, "age", "3");
  EXPECT_EQ(ReadArray(request, R"( [ {"name":"a[,"} , {"nickNames":["]","\"}"]}, {} ] )"),
            "(name: \"a[,\" age: 3)(nick_names: \"]\" nick_names: \"\\\"}\")()");
  EXPECT_EQ(ReadArray(request, "[]"), "");
  EXPECT_EQ(ReadArray(request, "[{},]"), "(age: 3)expected a value, found ] (line 1, column 5)");
  EXPECT_EQ(ReadArray(request, "[{},,{}]"), "(age: 3)expected a value, found , (line 1, column 5)");
  EXPECT_EQ(ReadArray(request, "[{}"), "the array does not end (line 1, column 4)");
  EXPECT_EQ(ReadArray(request, ""), "Expected an array instead of an object");
  EXPECT_EQ(ReadArray(request, "{}"), "Expected an array instead of an object (line 1, column 1)");
  EXPECT_EQ(ReadArray(request, "[{}] x"),
            "(age: 3)unexpected data after the array (line 1, column 6)");
  EXPECT_EQ(ReadArray(Request("Frame", "tags"), R"([["a"],["b","c"]])"),
            "(tags: \"a\")(tags: \"b\" tags: \"c\")");
  EXPECT_EQ(ReadArray(Request("Frame", "count"), "[1,\n2]"), "(count: 1)(count: 2)");
}

TEST_F(JsonToWireTest, AnElementsErrorIsPlacedInTheWholeText) {
  EXPECT_EQ(ReadArray(Request("Pet"), "[{},\n {\"age\":true}]"),
            "()[1].age: expected a 32-bit integer, found true (line 2, column 9)");
  EXPECT_EQ(ReadArray(Request("Pet"), "[x]"), "[0]: expected an object, found x (line 1, column 2)");
  EXPECT_EQ(ReadArray(Request("Frame", "tags"), "[[],[1]]"),
            "()[1].tags[0]: expected a string, found 1 (line 1, column 6)");
}

TEST_F(JsonToWireTest, AnEntryOfAMapIsBoundByItsKey) {
  for (const JsonReadOptions& options : {JsonReadOptions::Minato(), JsonReadOptions::Envoy()}) {
    JsonRequest request = Request("Maps");
    request.options = options;
    BindEntry(request, "words", "a", "1");
    BindEntry(request, "by_int", "-5", "x");
    BindEntry(request, "by_flag", "true", "DARK_BLUE");
    BindEntry(request, "words", "b", "2");
    BindEntry(request, "words", "a", "3");
    const std::string rest = " by_int { key: -5 value: \"x\" } by_flag { key: true value: DARK_BLUE }";
    // Of one key the last on the wire counts.
    const std::string a = R"(words { key: "a" value: "1" } words { key: "a" value: "3" } )";
    const std::string bound = a + R"(words { key: "b" value: "2" })";
    EXPECT_EQ(Read(request, ""), bound + rest);
    EXPECT_EQ(Read(request, R"({"words":null})"), bound + rest);
    EXPECT_EQ(Read(request, R"({"words":{"c":"4","b":"5"}})"),
              bound + R"( words { key: "b" value: "5" } words { key: "c" value: "4" })" + rest)
        << "the body wins over the URL";

    JsonRequest inside = Request("Frame");
    inside.options = options;
    BindEntry(inside, "maps.by_long", "7", "8");
    Bind(inside, "name", "n");
    EXPECT_EQ(Read(inside, ""), "name: \"n\" maps { by_long { key: 7 value: 8 } }");
    EXPECT_EQ(Read(inside, R"({"maps":{"byLong":{"9":"10"}}})"),
              "name: \"n\" maps { by_long { key: 7 value: 8 } by_long { key: 9 value: 10 } }");
    inside = Request("Frame", "maps.words");
    inside.options = options;
    BindEntry(inside, "maps.words", "a", "1");
    EXPECT_EQ(Read(inside, R"({"b":"2","a":"3"})"),
              R"(maps { words { key: "a" value: "1" } words { key: "a" value: "3" } words { key: "b" value: "2" } })");
  }
}

TEST_F(JsonToWireTest, AnEntryIsBoundBesideABodyThatOnlyEnvoyReads) {
  JsonRequest request = Request("Frame");
  request.options = JsonReadOptions::Envoy();
  BindEntry(request, "maps.words", "a", "1");
  BindEntry(request, "maps.words", "b", "2");
  BindEntry(request, "maps.by_int", "3", "x");
  EXPECT_EQ(Read(request, "{name:'n',maps:{words:{b:'4',},},}"),
            "name: \"n\" maps { words { key: \"a\" value: \"1\" } words { key: \"b\" value: \"2\" } "
            "words { key: \"b\" value: \"4\" } by_int { key: 3 value: \"x\" } }");
  EXPECT_EQ(Read(request, "{name:'n'}"),
            "name: \"n\" maps { words { key: \"a\" value: \"1\" } words { key: \"b\" value: \"2\" } "
            "by_int { key: 3 value: \"x\" } }");
}

TEST_F(JsonToWireTest, AnEntryThatIsNoneIsNamedByItsKey) {
  JsonRequest request = Request("Frame");
  BindEntry(request, "maps.by_long", "7", "x");
  EXPECT_EQ(Read(request, ""), "maps.byLong[7]: expected a 64-bit integer, found \"x\" (line 1, column 3)");
  EXPECT_EQ(Read(request, R"({"maps":{"byLong":{}}})"),
            "maps.byLong[7]: expected a 64-bit integer, found \"x\" (line 1, column 19)");
}

TEST_F(JsonToWireTest, ABodyMayRepeatWhatTheUrlSaysWhereCollisionsAreRefused) {
  JsonRequest request = Request("Frame");
  request.options.collisions = Collisions::kRefuse;
  Bind(request, "number", "9007199254740993");
  Bind(request, "at", "1970-01-01T00:00:01Z");
  Bind(request, "person.name", "n");
  const std::string same = R"({"number":9007199254740993,"person":{"name":"n"},"at":"1970-01-01T00:00:01.0Z"})";
  EXPECT_EQ(Read(request, same), "number: 9007199254740993 person { name: \"n\" } at { seconds: 1 }");
  EXPECT_EQ(Read(request, R"({"number":9007199254740992})"),
            "number: the URL says \"9007199254740993\" (line 1, column 11)");
  EXPECT_EQ(Read(request, R"({"person":{"name":"m"}})"), "person.name: the URL says \"n\" (line 1, column 19)");
  EXPECT_EQ(Read(request, R"({"at":"1970-01-01T00:00:02Z"})"),
            "at: the URL says \"1970-01-01T00:00:01Z\" (line 1, column 7)");
  JsonRequest target = Request("Frame", "number");
  target.options.collisions = Collisions::kRefuse;
  Bind(target, "number", "7");
  EXPECT_EQ(Read(target, "7"), "number: 7");
  EXPECT_EQ(Read(target, "8"), "number: the URL says \"7\" (line 1, column 1)");
}

TEST_F(JsonToWireTest, TheElementThatIsNotWholeIsHeld) {
  const JsonRequest request = Request("Pet");
  JsonBody body(request, JsonBody::Shape::kArray);
  std::vector<std::string> messages;
  ASSERT_TRUE(body.Feed(R"([{"name":"a"},{"na)", messages).ok());
  EXPECT_EQ(body.held_bytes(), 4);
  ASSERT_TRUE(body.Feed(R"(me":"b"}])", messages).ok());
  EXPECT_EQ(body.held_bytes(), 0);
  EXPECT_EQ(messages.size(), 2);
}

TEST(JsonToWireProto2, ARequiredFieldMustBeThere) {
  TestProtos protos(kSampleProto2);
  Schema schema;
  JsonRequest request;
  request.message = &schema.Add(protos.Message("t.Old"));
  std::string wire;
  EXPECT_TRUE(
      JsonToWire(request, R"({"key":"k","detail":{"line":"x"},"plainList":[1,2]})", wire).ok());
  auto message = protos.New("t.Old");
  ASSERT_TRUE(message->ParseFromString(wire));
  EXPECT_EQ(message->ShortDebugString(),
            "key: \"k\" Detail { line: \"x\" } plain_list: 1 plain_list: 2");
  EXPECT_EQ(std::string(JsonToWire(request, R"({"key":"k","sub":{"weight":3}})", wire).message()),
            "sub: missing field key (line 1, column 30)");
}

}  // namespace
}  // namespace minato::gateway
