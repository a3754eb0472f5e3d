// Labels of expressions: the part of the advice pass that has no statements in it.
#pragma once

#include <map>
#include <memory>

#include "compiler/sema/passes/label.h"

namespace endcap::sema {

// Labels of the locals of one declaration, by LocalId.
class TrustScope {
 public:
  TrustScope(const Program& program, size_t locals)
      : program_(program), labels_(locals), calls_(std::make_shared<Calls>()) {}
  // What a call with arguments of these labels gives; writes nothing.
  static Label given_back(const Program& program, const Function& function, std::vector<Label> arguments);

  void bind(LocalId local, Label label);
  const Label& of(LocalId local) const { return labels_[local.index]; }
  // Labels the expression and all inside it, writing Expr::trust; gives its label.
  Label label(Expr& expression);

 private:
  // What calls were found to give, by what they were given: functions call functions, and a tree of calls is
  // exponentially larger than its functions.
  struct Calls {
    std::map<uint32_t, std::map<std::string, Label>> by_function;
  };

  // What is written into expressions: those of a function are advice when they are in one of its calls.
  enum class Writes : uint8_t { All, Advice, Nothing };

  TrustScope(const Program& program, size_t locals, std::shared_ptr<Calls> calls, Writes writes)
      : program_(program), labels_(locals), calls_(std::move(calls)), writes_(writes) {}

  Label label_call(CallFunction& call);
  Label label_operation(Operation& operation);
  Label label_allocate(Operation& operation);
  Label label_map(Operation& operation);
  Label label_lookup(Operation& operation);
  Label label_aggregate(Operation& operation);
  Label label_filter(Operation& operation);
  void write_into(Expr& expression, const Label& label) const;

  const Program& program_;
  std::vector<Label> labels_;
  std::shared_ptr<Calls> calls_;
  Writes writes_ = Writes::All;
};

}  // namespace endcap::sema
