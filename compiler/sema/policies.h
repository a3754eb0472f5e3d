// Policies: what they govern, the facts their rows look at, and where those facts come from in a proposal.
#pragma once

#include "compiler/sema/expressions.h"

namespace endcap::sema {

void describe_policies(Context& context);

// Where several policies govern one operation, one more that stands for all of them: its rows are theirs
// multiplied, each with the strictest of what they say, and it is what proposals, approvals and everything
// behind them go by.
void join_policies(Context& context);

// The facts of a proposal: `arguments` are the operation's, by its parameters.
ExprPtr facts_of(Context& context, PolicyId policy, const OperationInfo& operation,
                 const std::vector<ExprPtr>& arguments, Span span);

// An undo is written without being asked for again, so it must be what the proposal's policy would have
// decided alike: governed by it, with the same facts. False when a finding says why it is not.
bool check_undo(Context& context, const Propose& propose, const std::vector<ExprPtr>& undo_arguments,
                Span span);

// Turns expressions over a policy's parameters into expressions over its facts record, adding facts as they
// are met. A function that is given a whole view is written out, so that only what it reads becomes a fact.
class FactsBuilder {
 public:
  FactsBuilder(Context& context, PolicyId policy);

  void rewrite(ExprPtr& expr);
  // Adds the keys of views whose facts are read again before a write, and describes those reads.
  void finish();

 private:
  struct Path {
    uint32_t parameter = 0;
    std::vector<uint32_t> fields;
  };

  std::optional<Path> path_of(const Expr& expr) const;
  ExprPtr fact(const Path& path, const Expr& expr);
  uint32_t add(const Path& path, TypeId type);
  ExprPtr substitute(const Expr& expr);
  ExprPtr write_out(const CallFunction& call);
  TypeId type_at(const Path& path, size_t length) const;
  std::string name_of(const Path& path) const;

  Context& context_;
  PolicyId policy_;
  std::vector<abi::Field> fields_;
  size_t written_out_ = 0;  // nodes
};

}  // namespace endcap::sema
