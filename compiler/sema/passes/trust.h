// Labels of expressions: the part of the advice pass that has no statements in it.
#pragma once

#include "compiler/sema/passes/label.h"

namespace endcap::sema {

// Labels of the locals of one declaration, by LocalId.
class TrustScope {
 public:
  TrustScope(const Program& program, size_t locals) : program_(program), labels_(locals) {}

  void bind(LocalId local, Label label);
  const Label& of(LocalId local) const { return labels_[local.index]; }
  // Labels the expression and all inside it, writing Expr::trust; gives its label.
  Label label(Expr& expression);

 private:
  Label label_call(CallFunction& call);
  Label label_operation(Operation& operation);
  Label label_allocate(Operation& operation);
  Label label_aggregate(Operation& operation);

  const Program& program_;
  std::vector<Label> labels_;
};

}  // namespace endcap::sema
