// One overload a node that has parts.
#include "compiler/sema/tree_walk.h"

namespace endcap::sema {
namespace {

struct TreeWalk {
  const Walker& walker;
  const std::function<void(const Expr&)>* outermost =
      nullptr;  // only these are asked for, and of one statement

  void all(const std::vector<ExprPtr>& expressions) {
    for (const ExprPtr& each : expressions) one(each.get());
  }
  void one(const Expr* expression) {
    if (!expression) return;
    if (outermost) return (*outermost)(*expression);
    if (walker.expression) walker.expression(*expression);
    std::visit([this](const auto& node) { parts(node); }, expression->node);
  }
  void block(const Block& block) {
    if (outermost) return;
    for (const Stmt& statement : block.statements) one(statement);
  }
  void one(const Stmt& statement) {
    if (walker.statement) walker.statement(statement);
    std::visit([this](const auto& node) { parts(node); }, statement.node);
  }
  void handlers(const std::vector<Handler>& list) {
    if (outermost) return;
    const Block* met = nullptr;  // one body may stand for several causes
    for (const Handler& handler : list) {
      if (handler.body && handler.body.get() != met) block(*handler.body);
      met = handler.body.get();
      one(handler.value.get());
    }
  }
  void pattern(const EventPattern& pattern) {
    one(pattern.key.get());
    one(pattern.guard.get());
  }
  void events(const std::vector<EventHandler>& list) {
    if (outermost) return;
    for (const EventHandler& handler : list) {
      pattern(handler.pattern);
      block(handler.body);
      one(handler.value.get());
    }
  }

  // --- expressions
  template <typename Leaf>
  void parts(const Leaf&) {}
  void parts(const FieldOf& node) { one(node.record.get()); }
  void parts(const MakeRecord& node) { all(node.fields); }
  void parts(const MakeList& node) { all(node.elements); }
  void parts(const MakeOptional& node) { one(node.value.get()); }
  void parts(const CallFunction& node) { all(node.arguments); }
  void parts(const Operation& node) { all(node.operands); }

  // --- statements
  void parts(const Let& node) { one(node.value.get()); }
  void parts(const ReadOperation& node) { one(node.payload.get()), handlers(node.handlers); }
  void parts(const ReadView& node) { all(node.key), handlers(node.handlers); }
  void parts(const ReadNavigation& node) { all(node.key), handlers(node.handlers); }
  void parts(const Ask& node) { one(node.inputs.get()), one(node.alternative.get()); }
  void parts(const Notify& node) { one(node.payload.get()), handlers(node.handlers); }
  void parts(const Propose& node) {
    for (auto* each : {&node.list, &node.where, &node.payload, &node.undo_payload, &node.target, &node.facts})
      one(each->get());
  }
  void parts(const Approve& node) {
    for (auto* each : {&node.valid_until, &node.within, &node.remind}) one(each->get());
    for (const Escalation& escalation : node.escalations) one(escalation.after.get());
    if (node.counter)
      for (const TaskForm::Prefilled& each : node.counter->prefilled) one(each.value.get());
    handlers(node.handlers);
  }
  void parts(const Write& node) { one(node.target.get()), handlers(node.handlers); }
  void parts(const Task& node) {
    for (auto* each : {&node.arguments, &node.within, &node.remind}) one(each->get());
    one(node.scope.get());
    for (const Escalation& escalation : node.escalations)
      one(escalation.after.get()), one(escalation.scope.get());
    if (node.resolver) one(node.resolver->arguments.get());
    if (node.form)
      for (const TaskForm::Prefilled& each : node.form->prefilled) one(each.value.get());
    handlers(node.handlers);
  }
  void parts(const Raise& node) {
    one(node.arguments.get()), one(node.within.get()), handlers(node.handlers);
  }
  void parts(const When& node) {
    for (const auto& arm : node.arms) one(arm.condition.get()), block(arm.body);
    if (node.otherwise) block(*node.otherwise);
  }
  void parts(const Match& node) {
    one(node.subject.get());
    for (const auto& arm : node.arms) block(arm.body);
  }
  void parts(const ForEach& node) {
    one(node.list.get());
    for (const ForEach::Inner& inner : node.inner) one(inner.list.get());
    one(node.where.get()), block(node.body);
    if (node.otherwise) block(*node.otherwise);
  }
  void parts(const Together& node) {
    for (const auto& branch : node.branches) block(branch.body);
  }
  void parts(const Repeat& node) {
    for (const auto& [local, value] : node.with) one(value.get());
    block(node.body), block(node.otherwise);
  }
  void parts(const Again& node) {
    for (const auto& [local, value] : node.with) one(value.get());
  }
  void parts(const Step& node) { block(node.body); }
  void parts(const Run& node) { all(node.arguments), handlers(node.handlers); }
  void parts(const Due& node) {
    one(node.moment.get());
    if (node.late) block(*node.late);
  }
  void parts(const Throughout& node) { events(node.handlers); }
  void parts(const WaitUntil& node) {
    one(node.moment.get());
    if (node.late_fail && !outermost) one(*node.late_fail);
    events(node.handlers);
  }
  void parts(const WaitEvent& node) {
    pattern(node.pattern), one(node.within.get()), handlers(node.handlers);
  }
  void parts(const Yield& node) { one(node.value.get()); }
  void parts(const Finish& node) { one(node.record.get()); }
  void parts(const Fail& node) { one(node.record.get()); }
};

}  // namespace

void walk(const Block& block, const Walker& walker) { TreeWalk{walker}.block(block); }
void walk(const Expr& expression, const Walker& walker) { TreeWalk{walker}.one(&expression); }

void visit_expressions(const Stmt& stmt, const std::function<void(const Expr&)>& visit) {
  std::visit([&](const auto& node) { TreeWalk{{}, &visit}.parts(node); }, stmt.node);
}

}  // namespace endcap::sema
