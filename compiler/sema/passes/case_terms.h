// The terms that conditions compare: what makes two of them one, how a person reads them, what they are made
// of.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"
#include "runtime/value/decimal.h"

namespace endcap::sema {

// What is looked at: the conditions of the rows (null: `otherwise`) and the names they use.
struct Cases {
  const std::vector<Local>& locals;
  std::vector<const Expr*> rows;
  const std::vector<std::pair<LocalId, ExprPtr>>* lets =
      nullptr;    // names that stand for what they are bound to
  LocalId facts;  // a record whose fields are named alone
};

// factor * base + offset, in true values: whatever their scale, whether percent or not.
struct LinearTerm {
  const Expr* base;
  Ratio factor{1, 1}, offset{0, 1};
};

class CaseTerms {
 public:
  CaseTerms(const Program& program, const Cases& cases) : program_(program), cases_(cases) {}

  // Behind names that stand for something, and conversions that change no value.
  const Expr& resolved(const Expr& expression) const;
  // The true value of a number, day, moment, enum value or Bool that is written down; nothing for others.
  std::optional<Ratio> literal(const Expr& expression) const;
  // What is compared when parts that are written down are brought to the other side.
  LinearTerm linear(const Expr& expression) const;

  // Equal keys: equal values, always. Every rounding and every scale that changes a value is part of it.
  std::string key(const Expr& expression) const;
  std::string readable(const Expr& expression) const;
  // The facts and names it is made of: terms that share none vary independently.
  std::set<std::string> sources(const Expr& expression) const;

  // A name that stands for something is written out where it is used, and names in names multiply: false when
  // there is no end to it.
  bool spend() const;
  bool exhausted() const { return left_ == 0; }

 private:
  const Program& program_;
  const Cases& cases_;
  mutable size_t left_ = 500'000;  // nodes that may still be looked at
};

// A true value as it is written in this type: "12.50 AUD", "8.5%", "2026-12-01", "low".
std::string value_text(const abi::Type& type, const Ratio& value);

}  // namespace endcap::sema
