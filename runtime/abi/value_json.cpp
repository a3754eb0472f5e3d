// Values as JSON text, in the order of their fields.
#include "runtime/abi/value_json.h"

#include <utility>

#include "runtime/abi/shape.h"
#include "runtime/value/calendar.h"

namespace endcap::abi {
namespace {

constexpr Int128 kExactInDouble = Int128{1} << 53;  // whole numbers that every JSON reader keeps

class JsonText final : public JsonSink {
 public:
  void null() override { value() += "null"; }
  void boolean(bool is) override { value() += is ? "true" : "false"; }
  void number(int64_t number) override { value() += std::to_string(number); }
  void text(std::string_view text) override { quote(value(), text); }
  void begin_object(size_t) override {
    value() += '{';
    first_ = true;
  }
  void name(std::string_view name) override {
    quote(value(), name);
    out_ += ':';
    first_ = true;  // its value stands right behind it
  }
  void end_object() override { end('}'); }
  void begin_array(size_t) override {
    value() += '[';
    first_ = true;
  }
  void end_array() override { end(']'); }
  std::string take() { return std::move(out_); }

 private:
  // Where the next piece goes.
  std::string& value() {
    if (!std::exchange(first_, false)) out_ += ',';
    return out_;
  }
  void end(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  static void quote(std::string& out, std::string_view value) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
      } else if (static_cast<uint8_t>(c) < 0x20) {
        out += "\\u00";
        out += kDigits[c >> 4];
        out += kDigits[c & 15];
      } else {
        out += c;
      }
    }
    out += '"';
  }

  std::string out_;
  bool first_ = true;  // nothing stands before it
};

class Teller {
 public:
  Teller(const Types& types, JsonSink& sink) : types_(types), sink_(sink) {}

  void tell(TypeId type, const Arena& arena, Cell cell) {
    const Type& shape = types_[type];
    switch (shape.kind) {
      case Kind::Bool:
        return sink_.boolean(cell.bits != 0);
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
        return cell.bits == 0 ? sink_.null() : tell(shape.element, arena, *arena.cells(reference_of(cell)));
      default:
        return sink_.text(scalar_text(shape, arena, cell));
    }
  }

 private:
  void whole_number(const Type& shape, const Arena& arena, Cell cell) {
    if (cell.bits <= kExactInDouble && cell.bits >= -kExactInDouble) {
      sink_.number(static_cast<int64_t>(cell.bits));
    } else {
      sink_.text(scalar_text(shape, arena, cell));
    }
  }

  void member(const char* name, std::string_view text) {
    sink_.name(name);
    sink_.text(text);
  }

  void amount(const Type& shape, const Arena& arena, Cell cell, const char* unit) {
    sink_.begin_object(2);
    member("amount", scalar_text(shape, arena, cell));
    member(unit, shape.name);
    sink_.end_object();
  }

  void business(Cell cell) {
    const int64_t number = static_cast<int64_t>(cell.bits);
    sink_.begin_object(1);
    if ((cell.bits >> 64) == static_cast<Int128>(BusinessDuration::Unit::Days)) {
      sink_.name("businessDays");
      sink_.number(number);
    } else {
      member("businessTime", iso_duration(number));
    }
    sink_.end_object();
  }

  void ratio(const Arena& arena, Cell cell) {
    if (cell.bits == 0) return sink_.null();
    const Cell* cells = arena.cells(reference_of(cell));
    sink_.begin_object(2);
    member("numerator", decimal_to_text(cells[0].bits, 0));
    member("denominator", decimal_to_text(cells[1].bits, 0));
    sink_.end_object();
  }

  void record(const Type& shape, const Arena& arena, Cell cell) {
    sink_.begin_object(shape.fields.size());
    for (size_t i = 0; i < shape.fields.size(); ++i) {
      sink_.name(shape.fields[i].name);
      if (cell.bits == 0) {
        sink_.null();
      } else {
        tell(shape.fields[i].type, arena, arena.cells(reference_of(cell))[i]);
      }
    }
    sink_.end_object();
  }

  void list(const Type& shape, const Arena& arena, Cell cell) {
    const ListHeader header = list_header(arena, reference_of(cell));
    Reference object = reference_of(cell);
    if ((header.flags & kBlobList) != 0) {
      if (header.materialised == 0) {  // it was not looked at: named rather than fetched
        sink_.begin_object(2);
        sink_.name("count");
        sink_.number(header.count);
        member("sha256", hex(blob_hash(arena, object)));
        return sink_.end_object();
      }
      object = header.materialised;
    }
    sink_.begin_array(header.count);
    for (uint32_t i = 0; i < header.count; ++i)
      tell(shape.element, arena, arena.cells(object + static_cast<uint32_t>(sizeof(ListHeader)))[i]);
    sink_.end_array();
  }

  const Types& types_;
  JsonSink& sink_;
};

}  // namespace

void tell_value(const Types& types, TypeId type, const Arena& arena, Cell cell, JsonSink& sink) {
  Teller(types, sink).tell(type, arena, cell);
}

void tell_packed(const Types& types, TypeId type, std::string_view packed, JsonSink& sink) {
  Arena arena;
  const auto cell = unpack_value(types, type, packed, arena);
  cell ? tell_value(types, type, arena, *cell, sink) : sink.null();
}

std::string value_to_json(const Types& types, TypeId type, const Arena& arena, Cell cell) {
  JsonText text;
  tell_value(types, type, arena, cell, text);
  return text.take();
}

std::string packed_to_json(const Types& types, TypeId type, std::string_view packed) {
  JsonText text;
  tell_packed(types, type, packed, text);
  return text.take();
}

}  // namespace endcap::abi
