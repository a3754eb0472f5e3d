// Reading resource paths, key predicates and filters.
#include "tools/sandbox/resource.h"

#include <fmt/format.h>

#include "runtime/value/decimal.h"

namespace endcap::sandbox {
namespace {

// Splits at `separator` outside quotes and parentheses.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  size_t start = 0;
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == separator && !quoted && depth == 0)) {
      out.push_back(text.substr(start, i - start));
      start = i + 1;
    } else if (text[i] == '\'') {
      quoted = !quoted;
    } else if (!quoted) {
      depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    }
  }
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::expected<Segment, ODataError> parse_segment(std::string_view text) {
  Segment out;
  auto open = text.find('(');
  out.name = text.substr(0, open);
  if (open == std::string_view::npos) return out;
  if (text.back() != ')')
    return std::unexpected(ODataError{400, "BadPath", fmt::format("'{}' lacks its parenthesis", text)});
  out.has_key = true;
  auto inner = text.substr(open + 1, text.size() - open - 2);
  if (inner.empty()) return out;
  for (auto part : split(inner, ',')) {
    auto equals = part.find('=');
    auto quote_at = part.find('\'');
    bool named =
        equals != std::string_view::npos && (quote_at == std::string_view::npos || equals < quote_at);
    out.literals.emplace_back(named ? std::string(trim(part.substr(0, equals))) : "",
                              std::string(trim(named ? part.substr(equals + 1) : part)));
  }
  return out;
}

// The words of a filter; a quoted literal is one word.
std::vector<std::string> words(std::string_view filter) {
  std::vector<std::string> out;
  for (auto word : split(filter, ' ')) {
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

int compare(const schema::Property& property, const Json& a, const Json& b) {
  if (property.type.full == "Edm.Decimal" && a.is_string() && b.is_string()) {
    uint8_t scale = 10;
    auto x = decimal_from_text(a.get_ref<const std::string&>(), scale),
         y = decimal_from_text(b.get_ref<const std::string&>(), scale);
    if (x && y) return *x < *y ? -1 : *x > *y;
  }
  return a < b ? -1 : b < a;
}

}  // namespace

std::expected<std::vector<Segment>, ODataError> parse_path(std::string_view path) {
  std::vector<Segment> out;
  for (auto part : split(path, '/')) {
    if (part.empty()) continue;
    auto segment = parse_segment(part);
    if (!segment) return std::unexpected(segment.error());
    out.push_back(std::move(*segment));
  }
  return out;
}

std::expected<std::vector<Comparison>, ODataError> parse_filter(const Table& table, std::string_view filter) {
  std::vector<Comparison> out;
  auto tokens = words(filter);
  for (size_t i = 0; i < tokens.size(); i += 4) {
    if (i + 2 >= tokens.size() || (i + 3 < tokens.size() && tokens[i + 3] != "and")) {
      return std::unexpected(
          ODataError{400, "BadFilter",
                     fmt::format("This service filters by comparisons joined with 'and', not '{}'", filter)});
    }
    Comparison comparison;
    comparison.property = table.property(tokens[i]);
    comparison.op = tokens[i + 1];
    if (!comparison.property)
      return std::unexpected(
          ODataError{400, "BadFilter", fmt::format("Property '{}' is not known", tokens[i])});
    if (std::string_view("eq ne gt ge lt le").find(comparison.op) == std::string_view::npos ||
        comparison.op.size() != 2) {
      return std::unexpected(
          ODataError{400, "BadFilter", fmt::format("Operator '{}' is not known", comparison.op)});
    }
    auto value = read_literal(*comparison.property, tokens[i + 2]);
    if (!value) return std::unexpected(value.error());
    comparison.value = std::move(*value);
    out.push_back(std::move(comparison));
  }
  return out;
}

bool holds(const Comparison& comparison, const Json& fields) {
  int order = compare(*comparison.property, fields.at(comparison.property->name), comparison.value);
  if (comparison.op == "eq") return order == 0;
  if (comparison.op == "ne") return order != 0;
  if (comparison.op == "gt") return order > 0;
  if (comparison.op == "ge") return order >= 0;
  return comparison.op == "lt" ? order < 0 : order <= 0;
}

std::expected<Row*, ODataError> find_row(Table& table, const Segment& segment) {
  const auto& key = table.type->key;
  if (segment.literals.size() != key.size()) {
    return std::unexpected(
        ODataError{400, "BadKey", fmt::format("{} has {} key properties", table.set->name, key.size())});
  }
  Json fields = Json::object();
  for (const auto& [name, literal] : segment.literals) {
    const auto& property_name = name.empty() ? key.front() : name;
    const auto* property = table.property(property_name);
    if (!property || (name.empty() && key.size() > 1)) {
      return std::unexpected(
          ODataError{400, "BadKey", fmt::format("'{}' is no key of {}", property_name, table.set->name)});
    }
    auto value = read_literal(*property, literal);
    if (!value) return std::unexpected(value.error());
    fields[property_name] = std::move(*value);
  }
  auto found = table.by_key.find(table.key_of(fields));
  if (found == table.by_key.end()) {
    return std::unexpected(
        ODataError{404, "NotFound", fmt::format("Resource not found for segment '{}'", segment.name)});
  }
  return found->second;
}

}  // namespace endcap::sandbox
