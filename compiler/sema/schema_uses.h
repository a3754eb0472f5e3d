// What a program uses of its systems' schemas, and where: which properties its views read, which its operations send, and the
// workflows, policies and functions behind them. Made from a program that was checked without errors.
#pragma once

#include <string>
#include <vector>

#include "compiler/sema/typed.h"
#include "compiler/syntax/ast.h"

namespace endcap::sema {

// A place in the program that depends on a declaration.
struct UsePlace {
  std::string declaration;  // "workflow retail.national_promotion.NationalPromotion"
  Span span;
  friend bool operator==(const UsePlace&, const UsePlace&) = default;
};

struct SchemaUse {
  // How the schema's element is used. `View` reads; `Key` names an entity or filters a query; the rest send.
  enum class Role : uint8_t { View, Navigation, Get, Query, Create, Update, Call };

  Role role = Role::View;
  std::string system;
  std::string target;             // entity set, or what is called
  std::string member;             // property, navigation or parameter; empty: the target itself
  bool key = false;               // part of the address or of a query's filter
  bool unit = false;              // the sibling that holds a currency or unit
  bool call_key = false;          // carries the key of a call: `keyed by`, `queryable by`
  std::string unit_member;        // of an amount: where its currency or unit is said to be
  TypeId type = abi::kNoType;     // of our value, absence included; kNoType for the target itself
  bool required = false;          // View: must be present
  std::vector<std::string> given; // of a target that is created: the members that are sent
  bool takes_result = false;      // Call: what it gives is used
  std::string declaration;        // "view retail.estate.Store", "operation Price.activate"
  Span span;
  std::vector<UsePlace> places;   // what depends on it in turn

  bool sends() const { return key || (role != Role::View && role != Role::Navigation); }
};

std::vector<SchemaUse> schema_uses(const std::vector<ast::Module>& modules, const Program& program);

}  // namespace endcap::sema
