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
  CHECK(decode_operations(encode_operations(kSome)).value() == kSome);
  CHECK(decode_operations(encode_operations({})).value().empty());
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
