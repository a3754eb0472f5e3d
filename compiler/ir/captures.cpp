// Free locals of a piece of the typed tree: used in it, defined outside of it.
#include "compiler/ir/lowering.h"

namespace endcap::ir {

template <typename... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overload(Ts...) -> Overload<Ts...>;

void FreeLocals::use(LocalId local) {
  if (local.valid()) used_.insert(local);
}
void FreeLocals::define(LocalId local) {
  if (local.valid()) defined_.insert(local);
}

std::set<LocalId> FreeLocals::result() const {
  std::set<LocalId> free;
  for (LocalId local : used_) {
    if (!defined_.contains(local)) free.insert(local);
  }
  return free;
}

FreeLocals& FreeLocals::of(const sema::Block& block) {
  for (const sema::Stmt& stmt : block.statements) statement(stmt);
  return *this;
}

FreeLocals& FreeLocals::of(const sema::Expr& condition) {
  expression(&condition);
  return *this;
}

FreeLocals& FreeLocals::of(const sema::EventHandler& handler) {
  define(handler.pattern.record);
  for (auto& [local, field] : handler.pattern.bindings) define(local);
  expression(handler.pattern.guard.get());
  expression(handler.value.get());
  return of(handler.body);
}

void FreeLocals::expression(const sema::Expr* e) {
  if (!e) return;
  auto all = [&](const std::vector<sema::ExprPtr>& list) {
    for (const sema::ExprPtr& each : list) expression(each.get());
  };
  std::visit(Overload{[&](const sema::LocalRef& ref) { use(ref.local); },
                      [&](const sema::FieldOf& field) { expression(field.record.get()); },
                      [&](const sema::MakeRecord& record) { all(record.fields); },
                      [&](const sema::MakeList& list) { all(list.elements); },
                      [&](const sema::MakeOptional& optional) { expression(optional.value.get()); },
                      [&](const sema::CallFunction& call) { all(call.arguments); },
                      [&](const sema::Operation& operation) {
                        define(operation.variable);
                        all(operation.operands);
                      },
                      [](const auto&) {}},
             e->node);
}

void FreeLocals::handlers(const std::vector<sema::Handler>& list) {
  for (const sema::Handler& handler : list) {
    define(handler.record);
    for (auto& [local, field] : handler.bindings) define(local);
    if (handler.body) of(*handler.body);
    expression(handler.value.get());
  }
}

void FreeLocals::pattern(const sema::EventPattern& pattern) { expression(pattern.key.get()); }

void FreeLocals::event(const sema::EventHandler& handler) {
  pattern(handler.pattern);
  of(handler);
}

void FreeLocals::statement(const sema::Stmt& stmt) {
  using namespace sema;
  std::visit(
      Overload{
          [&](const Let& s) { define(s.local), expression(s.value.get()); },
          [&](const ReadOperation& s) { define(s.local), expression(s.payload.get()), handlers(s.handlers); },
          [&](const ReadView& s) {
            define(s.local);
            for (auto& key : s.key) expression(key.get());
            handlers(s.handlers);
          },
          [&](const ReadNavigation& s) {
            define(s.local);
            for (auto& key : s.key) expression(key.get());
            handlers(s.handlers);
          },
          [&](const Ask& s) { define(s.local), expression(s.inputs.get()), expression(s.alternative.get()); },
          [&](const Notify& s) { expression(s.payload.get()), handlers(s.handlers); },
          [&](const Propose& s) {
            define(s.local), define(s.variable);
            for (auto* e : {&s.list, &s.where, &s.payload, &s.undo_payload, &s.target, &s.facts}) {
              expression(e->get());
            }
          },
          [&](const Approve& s) {
            define(s.grant);
            for (LocalId proposal : s.proposals) use(proposal);
            for (auto* e : {&s.valid_until, &s.within, &s.remind}) expression(e->get());
            for (auto& escalation : s.escalations) expression(escalation.after.get());
            if (s.counter)
              for (auto& each : s.counter->prefilled) expression(each.value.get());
            handlers(s.handlers);
          },
          [&](const Write& s) {
            use(s.grant), expression(s.target.get()), handlers(s.handlers);
            if (s.approval) handlers(s.approval->handlers);
          },
          [&](const Task& s) {
            for (auto* e : {&s.arguments, &s.within, &s.remind, &s.scope}) expression(e->get());
            for (auto& escalation : s.escalations)
              expression(escalation.after.get()), expression(escalation.scope.get());
            if (s.resolver) expression(s.resolver->arguments.get());
            define(s.answer);
            if (s.form)
              for (auto& each : s.form->prefilled) expression(each.value.get());
            handlers(s.handlers);
          },
          [&](const Raise& s) {
            expression(s.arguments.get()), expression(s.within.get()), handlers(s.handlers);
          },
          [&](const When& s) {
            for (auto& arm : s.arms) expression(arm.condition.get()), of(arm.body);
            if (s.otherwise) of(*s.otherwise);
          },
          [&](const Match& s) {
            expression(s.subject.get());
            for (auto& arm : s.arms) define(arm.binding), of(arm.body);
          },
          [&](const ForEach& s) {
            define(s.variable), define(s.collect);
            expression(s.list.get()), expression(s.where.get()), of(s.body);
            for (auto& inner : s.inner) define(inner.variable), expression(inner.list.get());
            if (s.otherwise) of(*s.otherwise);
          },
          [&](const Together& s) {
            for (auto& branch : s.branches) of(branch.body);
          },
          [&](const Step& s) { of(s.body); },
          [&](const Run& s) {
            for (LocalId parameter : s.parameters) define(parameter);
            for (auto& argument : s.arguments) expression(argument.get());
            define(s.result), of(s.body), handlers(s.handlers);
          },
          [&](const Due& s) {
            expression(s.moment.get());
            if (s.late) of(*s.late);
          },
          [&](const Throughout& s) {
            for (auto& handler : s.handlers) event(handler);
          },
          [&](const WaitUntil& s) {
            expression(s.moment.get());
            if (s.late_fail) statement(*s.late_fail);
            for (auto& handler : s.handlers) event(handler);
          },
          [&](const WaitEvent& s) {
            define(s.pattern.record);
            for (auto& [local, field] : s.pattern.bindings) define(local);
            pattern(s.pattern), expression(s.pattern.guard.get()), expression(s.within.get());
            handlers(s.handlers);
          },
          [&](const sema::Yield& s) { expression(s.value.get()); },
          [&](const Repeat& s) {
            define(s.round);
            for (auto& [local, value] : s.with) define(local), expression(value.get());
            of(s.body), of(s.otherwise);
          },
          [&](const Again& s) {
            for (auto& [local, value] : s.with) expression(value.get());
          },
          [](const sema::Skip&) {},
          [&](const sema::Finish& s) { expression(s.record.get()); },
          [&](const sema::Fail& s) { expression(s.record.get()); }},
      stmt.node);
}

}  // namespace endcap::ir
