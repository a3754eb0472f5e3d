// What routes and syncs have in common: from an event or an entity, by a mapping, to an operation of another
// system, under the policies that govern it.
#pragma once

#include "compiler/sema/expressions.h"

namespace endcap::sema {

class DeliveryDescriber {
 public:
  // `kind`: "route", "sync".
  DeliveryDescriber(Context& context, uint32_t module, std::string kind, const ast::Delivery& tree,
                    Delivery& delivery, abi::Delivery& out);

  // `carried` is the record of the event or view; kNoType: it is not known, which is told.
  void run(TypeId carried);

  // The systems at its ends; null where they are not known, which is told.
  const SystemConfig* from() const { return from_; }
  const SystemConfig* to() const { return to_; }
  // Tells when something of `system` stands where `end` is meant.
  void require_system_of(const std::string& name, Span span, Span declared, uint32_t system,
                         const SystemConfig* end);
  void missing(const std::string& what, const std::string& remedy);
  // What the mapping makes, once `run` has gone well; null: it has not.
  ExprPtr made() const;
  TypeId made_type() const { return made_type_; }
  Scope& scope() { return scope_; }
  Expressions& expressions() { return expressions_; }

 private:
  void systems();
  void mapping(TypeId carried);
  void parallel();
  void does();
  bool fits(uint32_t operation);
  std::vector<ExprPtr> arguments(uint32_t operation);
  std::vector<PolicyId> policies(uint32_t operation);
  void require_silent(PolicyId policy, Span span);

  Context& context_;
  uint32_t module_;
  std::string kind_;
  const ast::Delivery& tree_;
  Delivery& delivery_;
  abi::Delivery& out_;
  Scope scope_;
  Expressions expressions_;
  const SystemConfig* from_ = nullptr;
  const SystemConfig* to_ = nullptr;
  TypeId made_type_ = abi::kNoType;
};

}  // namespace endcap::sema
