// Values on their way out: JSON bodies and URL literals.
#include <fmt/format.h>

#include "runtime/connect/wire.h"
#include "runtime/value/time.h"

namespace endcap::connect {
namespace {

using abi::Cell;
using abi::Kind;
using abi::Type;
using abi::WireField;

std::string wrong(const WireField& field, std::string_view why) {
  return fmt::format("{}: {}", field.name, why);
}

OrMessage<std::string> decimal_text(const Type& type, Cell cell, const WireField& field) {
  auto units = decimal_rescale_exact(cell.bits, type.scale, field.scale);
  if (!units) {
    return std::unexpected(wrong(field, fmt::format("{} has more than the {} decimal places the system takes",
                                                    decimal_to_text(cell.bits, type.scale), field.scale)));
  }
  return decimal_to_text(*units, field.scale);
}

std::string date_time(Instant instant) {  // without zone, as Edm.DateTime has it
  std::string text = instant_to_text(instant);
  return text.substr(0, text.size() - 1);
}

std::string v2_time(TimeOfDay time) {
  return fmt::format("PT{:02}H{:02}M{:02}S", time / 3600, time / 60 % 60, time % 60);
}

std::string v4_time(TimeOfDay time) {
  return fmt::format("{:02}:{:02}:{:02}", time / 3600, time / 60 % 60, time % 60);
}

std::string in_quotes(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

// An instant or a date as the property's type wants it: microseconds, or nothing when the property is not
// about time.
std::optional<Instant> moment(const Type& type, Cell cell) {
  if (type.kind == Kind::Date) return static_cast<Instant>(cell.bits) * kDay;
  if (type.kind == Kind::Instant) return static_cast<Instant>(cell.bits);
  return std::nullopt;
}

// Follows an optional to its value; nothing when absent.
std::optional<Cell> present(const abi::Types& types, abi::TypeId& type, const abi::Arena& arena, Cell cell) {
  while (types.at(type).kind == Kind::Optional) {
    if (cell.bits == 0) return std::nullopt;
    cell = arena.cells(static_cast<abi::Reference>(cell.bits))[0];
    type = types.at(type).element;
  }
  return cell;
}

}  // namespace

OrMessage<Json> to_json(const abi::Types& types, abi::TypeId type_id, const abi::Arena& arena, Cell given,
                        const WireField& field, Version version) {
  auto cell = present(types, type_id, arena, given);
  if (!cell) return Json();
  const Type& type = types.at(type_id);
  switch (type.kind) {
    case Kind::Bool:
      return Json(cell->bits != 0);
    case Kind::Int: {
      if (cell->bits > INT64_MAX || cell->bits < INT64_MIN)
        return std::unexpected(wrong(field, "a whole number beyond 64 bits"));
      auto number = static_cast<int64_t>(cell->bits);
      if (field.edm_type == "Edm.Int64" || field.edm_type == "Edm.Decimal" ||
          field.edm_type == "Edm.String") {
        return Json(std::to_string(number));
      }
      return Json(number);
    }
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity: {
      auto text = decimal_text(type, *cell, field);
      if (!text) return std::unexpected(text.error());
      return Json(*text);
    }
    case Kind::Date:
    case Kind::Instant: {
      Instant instant = *moment(type, *cell);
      if (field.edm_type == "Edm.Date") return Json(date_to_text(static_cast<Date>(cell->bits)));
      if (field.edm_type == "Edm.String")
        return Json(type.kind == Kind::Date ? date_to_text(static_cast<Date>(cell->bits))
                                            : instant_to_text(instant));
      if (version == Version::V4) return Json(instant_to_text(instant));
      return Json(
          fmt::format("/Date({}{})/", instant / 1000, field.edm_type == "Edm.DateTimeOffset" ? "+0000" : ""));
    }
    case Kind::Time: {
      auto time = static_cast<TimeOfDay>(cell->bits);
      return Json(field.edm_type == "Edm.Time" ? v2_time(time) : v4_time(time));
    }
    case Kind::Text:
    case Kind::Zone:
      return Json(std::string(arena.text(*cell)));
    case Kind::Enum:
      return Json(type.values.at(static_cast<size_t>(cell->bits)));
    default:
      return std::unexpected(wrong(field, "a value of this type can't be sent"));
  }
}

std::string text_literal(std::string_view text, std::string_view edm_type, Version version) {
  if (edm_type == "Edm.Guid") return version == Version::V2 ? "guid" + in_quotes(text) : std::string(text);
  return in_quotes(text);
}

OrMessage<std::string> to_literal(const abi::Types& types, abi::TypeId type_id, const abi::Arena& arena,
                                  Cell given, const WireField& field, Version version) {
  auto cell = present(types, type_id, arena, given);
  if (!cell) return "null";
  const Type& type = types.at(type_id);
  const std::string& edm = field.edm_type;
  if (auto instant = moment(type, *cell); instant && edm != "Edm.String") {
    if (edm == "Edm.Date") return date_to_text(static_cast<Date>(cell->bits));
    if (version == Version::V4) return instant_to_text(*instant);
    return edm == "Edm.DateTimeOffset" ? fmt::format("datetimeoffset'{}'", instant_to_text(*instant))
                                       : fmt::format("datetime'{}'", date_time(*instant));
  }
  auto json = to_json(types, type_id, arena, *cell, field, version);
  if (!json) return std::unexpected(json.error());
  if (!json->is_string()) return json->dump();
  const auto& text = json->get_ref<const std::string&>();
  if (edm == "Edm.Decimal") return text + (version == Version::V2 ? "M" : "");
  if (edm == "Edm.Int64") return text + (version == Version::V2 ? "L" : "");
  if (edm == "Edm.Time") return "time" + in_quotes(text);
  if (edm == "Edm.TimeOfDay") return text;
  return text_literal(text, edm, version);
}

}  // namespace endcap::connect
