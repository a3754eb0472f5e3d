// Values on the wire of OData V2 and V4: JSON and URL literals, both ways, without floats.
#include <fmt/format.h>

#include "runtime/value/decimal.h"
#include "runtime/value/time.h"
#include "tools/sandbox/service.h"

namespace endcap::sandbox {
namespace {

using schema::Property;

ODataError wrong(const Property& property, std::string_view why) {
  return {400, "InvalidValue", fmt::format("Property '{}': {}", property.name, why)};
}

size_t code_points(std::string_view text) {
  size_t count = 0;
  for (unsigned char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

std::expected<Json, ODataError> read_decimal(const Property& property, std::string_view text) {
  uint8_t scale = static_cast<uint8_t>(property.scale.value_or(0));
  if (property.scale_variable) {
    auto point = text.find('.');
    scale = point == std::string_view::npos
                ? 0
                : static_cast<uint8_t>(std::min<size_t>(text.size() - point - 1, kScaleMax));
  }
  auto units = decimal_from_text(text, scale);
  if (!units)
    return std::unexpected(
        wrong(property, fmt::format("'{}' does not fit a decimal with {} places", text, scale)));
  std::string shown = decimal_to_text(*units, scale);
  size_t digits = 0;
  for (char c : shown) digits += c >= '0' && c <= '9';
  if (property.precision && digits > *property.precision + (shown.find("0.") == 0 ? 1 : 0)) {
    return std::unexpected(
        wrong(property, fmt::format("'{}' has more than {} digits", text, *property.precision)));
  }
  return Json(shown);
}

// "/Date(1796083200000)/", with or without an offset, which only tells how to show it.
std::optional<Instant> read_ticks(std::string_view text) {
  if (!text.starts_with("/Date(") || !text.ends_with(")/")) return std::nullopt;
  auto inner = text.substr(6, text.size() - 8);
  bool negative = inner.starts_with("-");
  if (negative) inner.remove_prefix(1);
  Instant ms = 0;
  size_t count = 0;
  while (count < inner.size() && inner[count] >= '0' && inner[count] <= '9' && count < 15)
    ms = ms * 10 + (inner[count++] - '0');
  if (count == 0 || (count < inner.size() && inner[count] != '+' && inner[count] != '-')) return std::nullopt;
  return (negative ? -ms : ms) * 1000;
}

std::expected<Json, ODataError> read_moment(const Property& property, std::string_view text, bool local) {
  std::optional<Instant> instant = read_ticks(text);
  if (!instant) {
    std::string full(text);
    if (full.size() == 10) full += "T00:00:00";
    if (full.size() == 16) full += ":00";
    bool zoned =
        full.ends_with("Z") || (full.size() > 19 && full.find_first_of("+-", 19) != std::string::npos);
    if (!zoned && local) full += "Z";
    auto parsed = instant_from_text(full);
    if (!parsed) return std::unexpected(wrong(property, fmt::format("'{}' is not a date and time", text)));
    instant = *parsed;
  }
  return Json(instant_to_text(*instant));
}

std::expected<Json, ODataError> read_whole(const Property& property, const Json& wire) {
  if (wire.is_number_integer()) return wire;
  auto units =
      wire.is_string() ? decimal_from_text(wire.get_ref<const std::string&>(), 0) : decimal_from_text("", 0);
  if (!units || *units > INT64_MAX || *units < INT64_MIN)
    return std::unexpected(wrong(property, "not a whole number"));
  return Json(static_cast<int64_t>(*units));
}

bool is_whole(std::string_view type) {
  return type == "Edm.Int16" || type == "Edm.Int32" || type == "Edm.Int64" || type == "Edm.Byte" ||
         type == "Edm.SByte";
}

}  // namespace

std::expected<Json, ODataError> read_value(const Property& property, const Json& wire) {
  const std::string& type = property.type.full;
  if (wire.is_null()) {
    if (!property.nullable) return std::unexpected(wrong(property, "must not be null"));
    return Json();
  }
  if (is_whole(type)) return read_whole(property, wire);
  if (type == "Edm.Boolean") {
    if (!wire.is_boolean()) return std::unexpected(wrong(property, "not true or false"));
    return wire;
  }
  if (type == "Edm.Decimal" && wire.is_number_integer()) return read_decimal(property, wire.dump());
  if (!wire.is_string()) return std::unexpected(wrong(property, "not a text"));
  const auto& text = wire.get_ref<const std::string&>();
  if (type == "Edm.Decimal") return read_decimal(property, text);
  if (type == "Edm.DateTime") return read_moment(property, text, true);
  if (type == "Edm.DateTimeOffset") return read_moment(property, text, false);
  if (type == "Edm.Date") {
    if (!date_from_text(text))
      return std::unexpected(wrong(property, fmt::format("'{}' is not a date", text)));
    return wire;
  }
  if (property.max_length && code_points(text) > *property.max_length) {
    return std::unexpected(
        wrong(property, fmt::format("'{}' is longer than {}", text, *property.max_length)));
  }
  return wire;
}

std::expected<Json, ODataError> read_literal(const Property& property, std::string_view literal) {
  const std::string& type = property.type.full;
  if (literal == "null") return Json();
  auto quoted = literal;
  for (std::string_view prefix : {"datetimeoffset", "datetime", "time", "guid"}) {
    if (quoted.starts_with(prefix) && quoted.size() > prefix.size() && quoted[prefix.size()] == '\'') {
      quoted.remove_prefix(prefix.size());
      break;
    }
  }
  if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'') {
    std::string text;
    for (size_t i = 1; i + 1 < quoted.size(); ++i) {
      text += quoted[i];
      if (quoted[i] == '\'') ++i;  // doubled
    }
    return read_value(property, Json(text));
  }
  if (type == "Edm.String")
    return std::unexpected(wrong(property, fmt::format("'{}' is not a quoted text", literal)));
  if (type == "Edm.Boolean") return read_value(property, Json(literal == "true" || literal == "1"));
  if (!literal.empty() && std::string_view("MmLl").find(literal.back()) != std::string_view::npos)
    literal.remove_suffix(1);
  return read_value(property, Json(std::string(literal)));
}

std::string write_value(const Property& property, const Json& value, Version version, bool decimals_as_text) {
  if (value.is_null()) return "null";
  const std::string& type = property.type.full;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (type == "Edm.Decimal" && version == Version::V4 && !decimals_as_text) return text;
    if (version == Version::V2 && (type == "Edm.DateTime" || type == "Edm.DateTimeOffset")) {
      auto instant = instant_from_text(text);
      return fmt::format("\"/Date({}{})/\"", instant.value_or(0) / 1000,
                         type == "Edm.DateTime" ? "" : "+0000");
    }
    return quote(text);
  }
  if (type == "Edm.Int64" && (version == Version::V2 || decimals_as_text)) return quote(value.dump());
  return value.dump();
}

std::string write_literal(const Property& property, const Json& value, Version version) {
  const std::string& type = property.type.full;
  if (!value.is_string()) return value.dump() + (version == Version::V2 && type == "Edm.Int64" ? "L" : "");
  std::string text = value.get<std::string>();
  if (type == "Edm.Decimal") return text + (version == Version::V2 ? "M" : "");
  if (type == "Edm.String" || type == "Edm.Guid") {
    std::string quoted = type == "Edm.Guid" ? (version == Version::V2 ? "guid'" : "") : "'";
    for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
    return quoted + (type == "Edm.Guid" && version == Version::V4 ? "" : "'");
  }
  if (version == Version::V4) return text;
  if (type == "Edm.DateTime") return fmt::format("datetime'{}'", text.substr(0, 19));
  return fmt::format("datetimeoffset'{}'", text);
}

Response error_response(Version version, const ODataError& error) {
  Response response;
  response.status = error.status;
  std::string message = version == Version::V2
                            ? fmt::format(R"({{"lang":"en","value":{}}})", quote(error.message))
                            : quote(error.message);
  response.body = fmt::format(R"({{"error":{{"code":{},"message":{}}}}})", quote(error.code), message);
  return response;
}

}  // namespace endcap::sandbox
