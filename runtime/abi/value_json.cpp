// Values as JSON text, in the order of their fields.
#include "runtime/abi/value_json.h"

#include "runtime/abi/shape.h"
#include "runtime/value/calendar.h"

namespace endcap::abi {
namespace {

constexpr Int128 kExactInDouble = Int128{1} << 53;  // whole numbers that every JSON reader keeps

class Writer {
 public:
  Writer(const Types& types, std::string& out) : types_(types), out_(out) {}

  void write(TypeId type, const Arena& arena, Cell cell) {
    const Type& shape = types_[type];
    switch (shape.kind) {
      case Kind::Bool:
        out_ += scalar_text(shape, arena, cell);
        return;
      case Kind::Int:
      case Kind::Grant:
        return whole_number(shape, arena, cell);
      case Kind::Money:
        return amount(shape, arena, cell, "currency");
      case Kind::Quantity:
        return amount(shape, arena, cell, "unit");
      case Kind::BusinessDuration:
        return business(cell);
      case Kind::Ratio:
        return ratio(arena, cell);
      case Kind::Record:
        return record(shape, arena, cell);
      case Kind::List:
      case Kind::Proposal:
        return list(shape, arena, cell);
      case Kind::Optional:
        if (cell.bits == 0) {
          out_ += "null";
        } else {
          write(shape.element, arena, *arena.cells(reference_of(cell)));
        }
        return;
      default:
        return text(scalar_text(shape, arena, cell));
    }
  }

 private:
  void text(std::string_view value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        out_ += '\\';
        out_ += c;
      } else if (static_cast<uint8_t>(c) < 0x20) {
        out_ += "\\u00";
        out_ += kDigits[c >> 4];
        out_ += kDigits[c & 15];
      } else {
        out_ += c;
      }
    }
    out_ += '"';
  }

  void whole_number(const Type& shape, const Arena& arena, Cell cell) {
    if (cell.bits <= kExactInDouble && cell.bits >= -kExactInDouble) {
      out_ += scalar_text(shape, arena, cell);
    } else {
      text(scalar_text(shape, arena, cell));
    }
  }

  void amount(const Type& shape, const Arena& arena, Cell cell, const char* unit) {
    out_ += "{\"amount\":\"" + scalar_text(shape, arena, cell) + "\",\"" + unit + "\":";
    text(shape.name);
    out_ += '}';
  }

  void business(Cell cell) {
    const int64_t number = static_cast<int64_t>(cell.bits);
    if ((cell.bits >> 64) == static_cast<Int128>(BusinessDuration::Unit::Days)) {
      out_ += "{\"businessDays\":" + std::to_string(number) + "}";
    } else {
      out_ += "{\"businessTime\":\"" + iso_duration(number) + "\"}";
    }
  }

  void ratio(const Arena& arena, Cell cell) {
    if (cell.bits == 0) {
      out_ += "null";
      return;
    }
    const Cell* cells = arena.cells(reference_of(cell));
    out_ += "{\"numerator\":\"" + decimal_to_text(cells[0].bits, 0) + "\",\"denominator\":\"" +
            decimal_to_text(cells[1].bits, 0) + "\"}";
  }

  void record(const Type& shape, const Arena& arena, Cell cell) {
    out_ += '{';
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      if (i > 0) out_ += ',';
      text(shape.fields[i].name);
      out_ += ':';
      if (cell.bits == 0) {
        out_ += "null";
      } else {
        write(shape.fields[i].type, arena, arena.cells(reference_of(cell))[i]);
      }
    }
    out_ += '}';
  }

  void list(const Type& shape, const Arena& arena, Cell cell) {
    const ListHeader header = list_header(arena, reference_of(cell));
    Reference object = reference_of(cell);
    if ((header.flags & kBlobList) != 0) {
      if (header.materialised == 0) {  // it was not looked at: named rather than fetched
        out_ += "{\"count\":" + std::to_string(header.count) + ",\"sha256\":\"" +
                hex(blob_hash(arena, object)) + "\"}";
        return;
      }
      object = header.materialised;
    }
    out_ += '[';
    for (uint32_t i = 0; i < header.count; ++i) {
      if (i > 0) out_ += ',';
      write(shape.element, arena, arena.cells(object + static_cast<uint32_t>(sizeof(ListHeader)))[i]);
    }
    out_ += ']';
  }

  const Types& types_;
  std::string& out_;
};

}  // namespace

std::string value_to_json(const Types& types, TypeId type, const Arena& arena, Cell cell) {
  std::string json;
  Writer(types, json).write(type, arena, cell);
  return json;
}

std::string packed_to_json(const Types& types, TypeId type, std::string_view packed) {
  Arena arena;
  const auto cell = unpack_value(types, type, packed, arena);
  return cell ? value_to_json(types, type, arena, *cell) : "null";
}

}  // namespace endcap::abi
