#pragma once

namespace minato::gateway {

// A type with a field of every kind, for tests and benchmarks of the transcoder.
inline constexpr char kSampleProto[] = R"(
  syntax = "proto3";
  package t;
  import "google/protobuf/any.proto";
  import "google/protobuf/duration.proto";
  import "google/protobuf/empty.proto";
  import "google/protobuf/field_mask.proto";
  import "google/protobuf/struct.proto";
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";

  enum Color { NONE = 0; RED = 1; DARK_BLUE = 3; BELOW = -5; }

  message Scalars {
    double f_double = 1; float f_float = 2; int32 f_int32 = 3; int64 f_int64 = 4; uint32 f_uint32 = 5;
    uint64 f_uint64 = 6; sint32 f_sint32 = 7; sint64 f_sint64 = 8; fixed32 f_fixed32 = 9; fixed64 f_fixed64 = 10;
    sfixed32 f_sfixed32 = 11; sfixed64 f_sfixed64 = 12; bool f_bool = 13; string f_string = 14; bytes f_bytes = 15;
    Color f_color = 16;
  }
  message Lists {
    repeated double doubles = 1; repeated float floats = 2; repeated int32 ints = 3; repeated int64 longs = 4;
    repeated bool flags = 6; repeated string words = 7; repeated bytes blobs = 8; repeated Color colors = 9;
    repeated Scalars rows = 10; repeated google.protobuf.Timestamp times = 11; repeated google.protobuf.Value values = 12;
    repeated google.protobuf.Int64Value boxed = 13; repeated int32 unpacked = 14 [packed = false];
  }
  message Maps {
    map<string, string> words = 1; map<int32, string> by_int = 2; map<int64, int64> by_long = 3; map<bool, Color> by_flag = 4;
    map<string, Scalars> rows = 5; map<uint64, double> by_ulong = 6; map<string, google.protobuf.Value> values = 8;
  }
  message Known {
    google.protobuf.Timestamp at = 1; google.protobuf.Duration lasts = 2; google.protobuf.FieldMask mask = 3;
    google.protobuf.Struct data = 4; google.protobuf.Value value = 5; google.protobuf.ListValue list = 6;
    google.protobuf.Any any = 7; google.protobuf.Empty empty = 8; google.protobuf.NullValue nothing = 9;
    google.protobuf.DoubleValue w_double = 10; google.protobuf.FloatValue w_float = 11; google.protobuf.Int64Value w_int64 = 12;
    google.protobuf.UInt64Value w_uint64 = 13; google.protobuf.Int32Value w_int32 = 14; google.protobuf.UInt32Value w_uint32 = 15;
    google.protobuf.BoolValue w_bool = 16; google.protobuf.StringValue w_string = 17; google.protobuf.BytesValue w_bytes = 18;
  }
  message Pet { string name = 1; int32 age = 2; repeated string nick_names = 3; Pet friend = 4; }
  message Person { string name = 1; int64 id = 2; Pet pet = 3; repeated Pet pets = 4; Color color = 5; }
  message Frame {
    string id = 1; int64 number = 2; string name = 3; Person person = 8; Frame nested = 9; repeated Pet pets = 10;
    repeated string tags = 11; repeated int32 counts = 12; string note = 13; int32 count = 14;
    Scalars scalars = 15; Lists lists = 16; Maps maps = 17; Known known = 18;
    google.protobuf.Timestamp at = 19; google.protobuf.FieldMask mask = 21; google.protobuf.StringValue boxed = 22;
    google.protobuf.Struct meta = 23; bool flag = 24; optional string maybe = 29;
    oneof pick { string pick_text = 30; int32 pick_number = 31; Pet pick_pet = 32; }
    string renamed = 33 [json_name = "otherName"];
  }
)";

inline constexpr char kSampleProto2[] = R"(
  syntax = "proto2";
  package t;
  message Old {
    required string key = 1;
    optional int32 weight = 2 [default = 41];
    optional group Detail = 5 { optional string line = 6; }
    repeated int32 plain_list = 7;
    optional Old sub = 9;
  }
)";

}  // namespace minato::gateway
