// What an OData URL means: the resource path in segments, and the filter as comparisons.
#pragma once

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "tools/sandbox/service.h"

namespace endcap::sandbox {

// "A_RetailPromotion('P-1')": a name and the literals in parentheses, named or (a single key) not.
struct Segment {
  std::string name;
  bool has_key = false;
  std::vector<std::pair<std::string, std::string>> literals;  // (name or "", literal)
};

// "/A_RetailPromotion('P-1')/to_Stores", decoded. Quotes may hold slashes, commas and parentheses.
std::expected<std::vector<Segment>, ODataError> parse_path(std::string_view path);

// `property op literal`, joined by `and`. That is all of $filter that the estate understands; more is refused
// by name.
struct Comparison {
  const schema::Property* property = nullptr;
  std::string op;  // eq ne gt ge lt le
  Json value;      // canonical
};
std::expected<std::vector<Comparison>, ODataError> parse_filter(const Table& table, std::string_view filter);
bool holds(const Comparison& comparison, const Json& fields);

// The row a key segment names; 404 and 400 as OData has them.
std::expected<Row*, ODataError> find_row(Table& table, const Segment& segment);

}  // namespace endcap::sandbox
