// Which value an expression has, as far as it can be told without running it: equal numbers, equal values. So
// two targets of one grant are known to be one, whatever they are called (value numbering, as in Muchnick,
// "Advanced Compiler Design and Implementation", 12.4).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"

namespace endcap::sema {

struct Value {
  uint32_t number = 0;
  // Of the loop variables and events around it, those that it changes with.
  std::set<LocalId> varies;
};

class ValueTable {
 public:
  Value of(const Expr& expression);

  void define(LocalId local, Value value) { locals_[local] = std::move(value); }
  // One of the elements of `list` for which `where` holds: every loop over them has the same ones.
  Value element(LocalId variable, const Expr& list, const Expr* where);
  // The number of any element of the list, when the value is one of some of them; else the value's own.
  uint32_t unfiltered(uint32_t number) const;
  // What is read, or made in another way, with these parts.
  Value made(const std::string& how, const std::vector<const Expr*>& parts);
  // What nothing else is known to equal.
  Value fresh(std::set<LocalId> varies);

  // Everything that was asked for since `begin_dependencies` changes with these.
  void begin_dependencies() { dependencies_.emplace_back(); }
  std::set<LocalId> end_dependencies();

 private:
  uint32_t number(const std::string& text);
  Value combine(std::string text, const std::vector<const Expr*>& parts);

  std::map<LocalId, Value> locals_;
  std::map<std::string, uint32_t> numbers_;
  std::map<uint32_t, uint32_t> unfiltered_;
  std::vector<std::set<LocalId>> dependencies_;
};

}  // namespace endcap::sema
