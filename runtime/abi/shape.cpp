// Checks, equality and texts of values, driven by their types.
#include "runtime/abi/shape.h"

#include <algorithm>
#include <array>

#include "runtime/value/calendar.h"
#include "runtime/value/ratio.h"
#include "runtime/value/time.h"

namespace endcap::abi {
namespace {

constexpr Date kFirstDate = -719162, kLastDate = 2932896;  // 0001-01-01 to 9999-12-31

bool fits_64(Int128 bits) { return bits >= INT64_MIN && bits <= INT64_MAX; }

int64_t clamp_64(Int128 bits, int64_t low, int64_t high) {
  return static_cast<int64_t>(std::clamp(bits, Int128{low}, Int128{high}));
}

// Length of the UTF-8 sequence at the head of `text`, 0 when there is none (RFC 3629).
size_t sequence_length(std::string_view text) {
  const auto byte = [text](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : 0; };
  const auto follows = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first < 0xe0) return follows(1) ? 2 : 0;
  if (first >= 0xe0 && first < 0xf0) {
    const bool overlong = first == 0xe0 && byte(1) < 0xa0, surrogate = first == 0xed && byte(1) >= 0xa0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xf0 && first < 0xf5) {
    const bool overlong = first == 0xf0 && byte(1) < 0x90, beyond = first == 0xf4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

uint32_t count_code_points(std::string_view text) {
  return static_cast<uint32_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

namespace {

bool is_of_kind(const Type& type, Int128 bits) {
  switch (type.kind) {
    case Kind::Bool:
      return bits == 0 || bits == 1;
    case Kind::Date:
      return bits >= kFirstDate && bits <= kLastDate;
    case Kind::Time:
      return bits >= 0 && bits < 86400;
    case Kind::Instant:
      return bits >= Int128{kFirstDate} * kDay && bits < (Int128{kLastDate} + 1) * kDay;
    case Kind::Duration:
      return fits_64(bits);
    case Kind::BusinessDuration:
      return (bits >> 64) == 0 || (bits >> 64) == 1;
    case Kind::Enum:
      return bits >= 0 && bits < static_cast<Int128>(type.values.size());
    case Kind::Grant:
      return bits >= 0 && bits <= static_cast<Int128>(UINT64_MAX);
    default:
      return true;
  }
}

// A value as its author would write it.
std::string bare_text(const Type& type, Int128 bits) {
  switch (type.kind) {
    case Kind::Date:
      return date_to_text(static_cast<Date>(bits));
    case Kind::Time:
      return time_to_text(static_cast<TimeOfDay>(bits));
    case Kind::Duration:
      return duration_to_text(static_cast<Duration>(bits));
    case Kind::Percent:
      return decimal_to_text(bits, type.scale) + "%";
    case Kind::Money:
    case Kind::Quantity:
      return decimal_to_text(bits, type.scale) + " " + type.name;
    default:
      return decimal_to_text(bits, type.scale);
  }
}

}  // namespace

bool is_scalar_in_range(const Type& type, Cell cell) {
  return is_of_kind(type, cell.bits) && (!type.least || cell.bits >= *type.least) &&
         (!type.most || cell.bits <= *type.most);
}

std::string bounds_text(const Type& type) {
  if (type.kind == Kind::Date || type.kind == Kind::Time) {
    std::string text;
    if (type.least) text = bare_text(type, *type.least) + " or later";
    if (type.most) text += (text.empty() ? "" : " and ") + bare_text(type, *type.most) + " or earlier";
    return text;
  }
  std::string text;
  if (type.least) text = "at least " + bare_text(type, *type.least);
  if (type.most) text += (text.empty() ? "at most " : " and at most ") + bare_text(type, *type.most);
  return text;
}

std::string out_of_bounds_text(const Type& type, Cell cell) {
  return bare_text(type, cell.bits) + " is no " + type.refinement + ", which is " + bounds_text(type);
}

std::string_view kind_text(Kind kind) {
  static constexpr std::array<std::string_view, 20> kTexts{
      "Bool",     "Int",      "Decimal",          "Percent", "Money", "Qty",  "Ratio",  "Date", "Time",
      "Instant",  "Duration", "BusinessDuration", "Zone",    "Text",  "Enum", "Record", "list", "optional",
      "proposal", "grant"};
  return kTexts[static_cast<size_t>(kind)];
}

std::string number_type_text(const Type& type) {
  const std::string scale = std::to_string(type.scale);
  const std::string digits = type.precision == 0 ? scale : std::to_string(type.precision) + "," + scale;
  return std::string(kind_text(type.kind)) + "(" + digits + ")";
}

std::string type_text(const Types& types, TypeId id) {
  if (id >= types.size()) return "nothing";
  const Type& type = types[id];
  if (!type.refinement.empty()) return type.refinement;
  const std::string kind(kind_text(type.kind));
  switch (type.kind) {
    case Kind::Decimal:
    case Kind::Percent:
      return number_type_text(type);
    case Kind::Money:
    case Kind::Quantity:
      return kind + "<" + type.name + ">";
    case Kind::Text:
      if (!type.name.empty()) return type.name;
      return type.max_length == 0 ? "Text" : "Text(" + std::to_string(type.max_length) + ")";
    case Kind::Enum:
    case Kind::Record:
      return type.name;
    case Kind::List:
    case Kind::Optional:
      return kind + (type.kind == Kind::List ? " of " : " ") + type_text(types, type.element);
    default:
      return kind;
  }
}

namespace {

std::expected<bool, Fault> equal_lists(Arena& arena, const Types& types, TypeId type, Cell a, Cell b,
                                       BlobSource* blobs) {
  const ListHeader left = list_header(arena, reference_of(a)), right = list_header(arena, reference_of(b));
  if (left.count != right.count) return false;
  if (left.count == 0) return true;
  const bool both_blobs = (left.flags & right.flags & kBlobList) != 0;
  if (both_blobs && blob_hash(arena, reference_of(a)) == blob_hash(arena, reference_of(b))) return true;
  auto left_cells = find_list_cells(arena, types, type, a, blobs);
  if (!left_cells) return std::unexpected(left_cells.error());
  auto right_cells = find_list_cells(arena, types, type, b, blobs);
  if (!right_cells) return std::unexpected(right_cells.error());
  for (uint32_t i = 0; i < left.count; ++i) {
    const Cell x = arena.cells(left_cells->first)[i], y = arena.cells(right_cells->first)[i];
    auto equal = equal_values(arena, types, types[type].element, x, y, blobs);
    if (!equal || !*equal) return equal;
  }
  return true;
}

}  // namespace

std::expected<bool, Fault> equal_values(Arena& arena, const Types& types, TypeId type, Cell a, Cell b,
                                        BlobSource* blobs) {
  const Type& shape = types[type];
  if (!is_reference(shape.kind) || a == b) return a == b;
  if (shape.kind == Kind::List || shape.kind == Kind::Proposal)
    return equal_lists(arena, types, type, a, b, blobs);
  const Reference left = reference_of(a), right = reference_of(b);
  if (left == 0 || right == 0) return false;
  switch (shape.kind) {
    case Kind::Zone:
    case Kind::Text:
      return arena.text(a) == arena.text(b);
    case Kind::Ratio: {
      const Cell *x = arena.cells(left), *y = arena.cells(right);
      return compare(Ratio{x[0].bits, x[1].bits}, Ratio{y[0].bits, y[1].bits}) == 0;
    }
    case Kind::Optional:
      return equal_values(arena, types, shape.element, *arena.cells(left), *arena.cells(right), blobs);
    default:
      break;
  }
  for (size_t i = 0; i < shape.fields.size(); ++i) {
    auto equal =
        equal_values(arena, types, shape.fields[i].type, arena.cells(left)[i], arena.cells(right)[i], blobs);
    if (!equal || !*equal) return equal;
  }
  return true;
}

std::string scalar_text(const Type& type, const Arena& arena, Cell cell) {
  switch (type.kind) {
    case Kind::Bool:
      return cell.bits != 0 ? "true" : "false";
    case Kind::Int:
    case Kind::Grant:
      return decimal_to_text(cell.bits, 0);
    case Kind::Decimal:
    case Kind::Percent:
    case Kind::Money:
    case Kind::Quantity:
      return decimal_to_text(cell.bits, type.scale);
    case Kind::Date:
      return date_to_text(static_cast<Date>(clamp_64(cell.bits, kFirstDate, kLastDate)));
    case Kind::Time:
      return time_to_text(static_cast<TimeOfDay>(clamp_64(cell.bits, 0, 86399)));
    case Kind::Instant:
      return instant_to_text(clamp_64(cell.bits, kFirstDate * kDay, (int64_t{kLastDate} + 1) * kDay - 1));
    case Kind::Duration:
      return iso_duration(clamp_64(cell.bits, INT64_MIN, INT64_MAX));
    case Kind::Enum: {
      const bool known = cell.bits >= 0 && cell.bits < static_cast<Int128>(type.values.size());
      return known ? type.values[static_cast<size_t>(cell.bits)] : decimal_to_text(cell.bits, 0);
    }
    case Kind::Zone:
    case Kind::Text:
      return std::string(arena.text(cell));
    default:
      return {};
  }
}

std::string key_text(const Arena& arena, const Types& types, TypeId type, Cell cell, BlobSource* blobs) {
  const Type& shape = types[type];
  if (shape.kind == Kind::Record && cell.bits != 0) {
    std::string key;
    bool any = false;
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      if (!shape.fields[i].key) continue;
      if (any) key += '/';
      any = true;
      key += key_text(arena, types, shape.fields[i].type, arena.cells(reference_of(cell))[i], blobs);
    }
    if (any) return key;
  }
  const bool has_text = shape.kind != Kind::BusinessDuration &&
                        (!is_reference(shape.kind) || shape.kind == Kind::Text || shape.kind == Kind::Zone);
  if (has_text) return scalar_text(shape, arena, cell);
  return hex(sha256(pack_value(types, type, arena, cell, blobs)));
}

std::string iso_duration(Duration duration) {
  const bool negative = duration < 0;
  const uint64_t size = negative ? 0 - static_cast<uint64_t>(duration) : static_cast<uint64_t>(duration);
  std::string text = negative ? "-P" : "P";
  const auto put = [&text](uint64_t count, char unit) {
    if (count != 0) text += std::to_string(count) + unit;
  };
  put(size / kDay, 'D');
  if (size % kDay != 0 || size == 0) text += 'T';
  put(size % kDay / kHour, 'H');
  put(size % kHour / kMinute, 'M');
  const uint64_t micros = size % kMinute;
  if (micros != 0 || size == 0) {
    std::string seconds = decimal_to_text(static_cast<Int128>(micros), 6);
    seconds.erase(seconds.find_last_not_of('0') + 1);
    if (seconds.back() == '.') seconds.pop_back();
    text += seconds + 'S';
  }
  return text;
}

std::expected<Duration, Fault> duration_from_iso(std::string_view text) {
  const auto bad = [text] {
    return std::unexpected(Fault{FaultKind::InvalidValue, "'" + std::string(text.substr(0, 60)) +
                                                              "' is not a duration like PT4H or P1DT30M"});
  };
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (!rest.starts_with('P') || rest.size() < 3) return bad();
  rest.remove_prefix(1);
  constexpr std::string_view kUnits = "DTHMS";
  constexpr Duration kSizes[] = {kDay, 0, kHour, kMinute, kSecond};
  size_t next = 0;
  Int128 total = 0;
  while (!rest.empty()) {
    const size_t digits = rest.find_first_not_of("0123456789.");
    if (digits == std::string_view::npos) return bad();
    const size_t unit = kUnits.find(rest[digits], next);
    const bool time_unit = unit >= 2;
    if (unit == std::string_view::npos || (unit == 1) != (digits == 0) || (time_unit && next < 2))
      return bad();
    if (unit != 1) {
      auto number = decimal_from_text(rest.substr(0, digits), unit == 4 ? 6 : 0);
      if (!number || *number > INT64_MAX) return bad();
      total += unit == 4 ? *number : *number * kSizes[unit];
    }
    next = unit + 1;
    rest.remove_prefix(digits + 1);
  }
  if (next == 2) return bad();  // ends in T
  if (negative) total = -total;
  if (!fits_64(total)) return bad();
  return static_cast<Duration>(total);
}

}  // namespace endcap::abi
