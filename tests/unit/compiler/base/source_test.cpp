// Lines and columns as a person counts them, and the closed lists of units and currencies.
#include "compiler/base/source.h"

#include <doctest/doctest.h>

#include "compiler/base/units.h"

using namespace endcap;

namespace {

std::pair<uint32_t, uint32_t> place(const SourceMap& sources, SourceId id, uint32_t offset) {
  const auto at = sources.line_column(id, offset);
  return {at.line, at.column};
}

}  // namespace

TEST_CASE("a column counts characters, not bytes") {
  SourceMap sources;
  const SourceId id = sources.add("a",
                                  "gr\xc3\xb6\xc3\x9f"
                                  "e = x\n\xe2\x82\xac y");
  CHECK(place(sources, id, 0) == std::pair(1u, 1u));
  CHECK(place(sources, id, 10) == std::pair(1u, 9u));
  CHECK(place(sources, id, 16) == std::pair(2u, 3u));
}

TEST_CASE("LF, CRLF and a lone CR end a line, and the line's text has none of them") {
  SourceMap sources;
  const SourceId id = sources.add("a", "one\r\ntwo\nthree\rfour");
  CHECK(place(sources, id, 5) == std::pair(2u, 1u));
  CHECK(place(sources, id, 9) == std::pair(3u, 1u));
  CHECK(place(sources, id, 15) == std::pair(4u, 1u));
  CHECK(sources.line_text(id, 1) == "one");
  CHECK(sources.line_text(id, 2) == "two");
  CHECK(sources.line_text(id, 3) == "three");
  CHECK(sources.line_text(id, 4) == "four");
  CHECK(sources.line_text(id, 5).empty());
}

TEST_CASE("a byte order mark is no column") {
  SourceMap sources;
  const SourceId id = sources.add("a", "\xef\xbb\xbfmodule a");
  CHECK(place(sources, id, 3) == std::pair(1u, 1u));
  CHECK(place(sources, id, 10) == std::pair(1u, 8u));
  CHECK(sources.line_text(id, 1) == "module a");
}

TEST_CASE("an empty file has a first line, and an offset behind the end is the end") {
  SourceMap sources;
  const SourceId empty = sources.add("a", "");
  CHECK(place(sources, empty, 0) == std::pair(1u, 1u));
  CHECK(place(sources, empty, 99) == std::pair(1u, 1u));
  const SourceId id = sources.add("b", "ab\n");
  CHECK(place(sources, id, 99) == std::pair(2u, 1u));
  CHECK(sources.text({id, 1, 99}) == "b\n");
  CHECK(sources.text({id, 50, 99}).empty());
  CHECK(sources.text({}).empty());
}

TEST_CASE("covering spans takes both ends, in one file only") {
  const auto file = static_cast<SourceId>(0), other = static_cast<SourceId>(1);
  CHECK(cover({file, 5, 7}, {file, 1, 2}) == Span{file, 1, 7});
  CHECK(cover({file, 5, 7}, {other, 1, 2}) == Span{file, 5, 7});
  CHECK(cover({}, {file, 1, 2}) == Span{file, 1, 2});
}

TEST_CASE("currencies have the minor units of ISO 4217") {
  CHECK(currency_minor_units("AUD") == 2);
  CHECK(currency_minor_units("JPY") == 0);
  CHECK(currency_minor_units("KWD") == 3);
  CHECK_FALSE(currency_minor_units("aud").has_value());
  CHECK_FALSE(currency_minor_units("XXX").has_value());
}

TEST_CASE("a word is a unit of quantities or of durations, never of both") {
  for (const auto& unit : quantity_units()) CHECK_FALSE_MESSAGE(duration_unit(unit).has_value(), unit);
  for (const auto& word : duration_words()) CHECK_FALSE_MESSAGE(is_quantity_unit(word), word);
  CHECK(duration_unit("hours") == "hour");
  CHECK(duration_unit("day") == "day");
  CHECK(is_quantity_unit("ea"));
  CHECK_FALSE(is_quantity_unit(""));
}
