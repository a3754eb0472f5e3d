// Operations of a record as bytes: what goes in comes out, and damaged bytes are an error.
#include <doctest/doctest.h>

#include "runtime/journal/journal.h"

using namespace endcap;

namespace {
const std::vector<RowOperation> kSome = {{Table::Instance, "key", "value"},
                                         {Table::Timer, "", std::nullopt},
                                         {Table::History, std::string("\0x", 2), ""}};
}

TEST_CASE("Operations survive encoding, also empty keys, empty values and deletes") {
  CHECK(decode_operations(encode_operations(kSome)).value().operations == kSome);
  CHECK(decode_operations(encode_operations({})).value().operations.empty());
}

TEST_CASE("Operations cut anywhere are an error and no crash") {
  const std::string bytes = encode_operations(kSome);
  for (size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_operations(bytes.substr(0, size)).has_value());
  CHECK_FALSE(decode_operations(bytes + "x").has_value());
}

TEST_CASE("Operations of another format say which") {
  std::string bytes = encode_operations(kSome);
  bytes[0] = 9;
  CHECK(decode_operations(bytes).error().message.find("format 9") != std::string::npos);
}

TEST_CASE("What is too much for a record is several, each of at most so many bytes") {
  std::vector<RowOperation> many;
  for (int i = 0; i < 100; ++i) many.push_back({Table::Task, "key" + std::to_string(i), std::string(i, 'v')});
  const auto parts = encode_parts(many, 400).value();
  REQUIRE(parts.size() > 10);
  std::vector<RowOperation> read;
  for (size_t i = 0; i < parts.size(); ++i) {
    CHECK(parts[i].bytes.size() <= 400);
    const RecordOperations part = decode_operations(parts[i].bytes).value();
    CHECK(part.part == i + 1);
    CHECK(part.parts == parts.size());
    CHECK(part.operations.size() == parts[i].operations);
    read.insert(read.end(), part.operations.begin(), part.operations.end());
  }
  CHECK(read == many);
  CHECK(encode_parts(many, 1 << 20).value().size() == 1);
  CHECK(encode_parts(many, 1).value().size() == many.size());
  CHECK(encode_parts({}, 1).value().size() == 1);
  CHECK(encode_parts({{Table::Blob, "k", std::string(kRecordBytesMax, 'v')}}, kRecordBytesMax).error() ==
        "a row of 67108875 bytes is larger than a record may be");
}
