// The types of one program, each once: equal types have equal ids. Views, records, enums and named texts are
// types of their own even when they look alike.
#pragma once

#include <map>
#include <string>
#include <tuple>

#include "runtime/abi/frame.h"

namespace endcap::sema {

using abi::Kind;
using abi::TypeId;

class TypeTable {
 public:
  explicit TypeTable(abi::Types& types);

  const abi::Type& operator[](TypeId id) const { return types_[id]; }
  Kind kind(TypeId id) const { return types_[id].kind; }
  bool is(TypeId id, Kind kind) const { return id != abi::kNoType && types_[id].kind == kind; }

  // Types known by their shape.
  TypeId simple(Kind kind) { return intern({.kind = kind}); }
  TypeId text(uint32_t max_length) { return intern({.kind = Kind::Text, .max_length = max_length}); }
  TypeId decimal(uint8_t scale, uint8_t precision = 0);
  TypeId percent(uint8_t scale, uint8_t precision = 0);
  TypeId money(const std::string& currency, uint8_t scale);
  TypeId quantity(const std::string& unit, uint8_t scale);
  TypeId list_of(TypeId element) { return intern({.kind = Kind::List, .element = element}); }
  TypeId optional(TypeId element);  // of an optional: itself
  TypeId map_of(TypeId key, TypeId value);
  TypeId proposal(TypeId payload, TypeId undo_payload, TypeId facts);
  // A record known by its name and fields: outcomes, arguments of tasks, payloads.
  TypeId record(const std::string& name, std::vector<abi::Field> fields);

  TypeId identifier(Identifier identifier);
  // A number of `base` with bounds, known by its declaration.
  TypeId refined(TypeId base, const std::string& name, std::optional<Int128> least,
                 std::optional<Int128> most);
  // The type without its bounds; the type itself when it has none.
  TypeId base(TypeId id) const { return is_refined(id) ? types_[id].element : id; }
  bool is_refined(TypeId id) const { return id != abi::kNoType && !types_[id].refinement.empty(); }

  // Types known by their declaration: reserved when it is met, described when it has been read.
  TypeId reserve(Kind kind, const std::string& name);
  abi::Type& reserved(TypeId id) { return types_[id]; }

  TypeId bool_type() { return simple(Kind::Bool); }
  TypeId int_type() { return simple(Kind::Int); }
  // The type inside an optional; the type itself when it is none.
  TypeId inside(TypeId id) const;

  // Whether a value is a ratio or holds some: in a list, behind `optional`.
  bool holds_ratio(TypeId id) const;
  bool is_map(TypeId id) const;
  // Whether a value is a map, or has one in it.
  bool holds_map(TypeId id) const;
  // What a map can go by, and what it can have for that.
  bool is_key(TypeId id) const;
  bool is_kept_in_map(TypeId id) const;

  // As an author writes it: "Money<AUD>", "list of Store", "Text(10)".
  std::string name(TypeId id) const;

 private:
  TypeId intern(abi::Type type);

  abi::Types& types_;
  std::map<std::string, TypeId> known_;
};

// Numbers that can be added, compared with their like and multiplied.
bool is_number(Kind kind);
// Kinds held as whole units of a scale.
bool is_scaled(Kind kind);

}  // namespace endcap::sema
