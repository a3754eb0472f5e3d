// Flow IR to object code, by LLVM. No LLVM type leaves these functions; errors are one sentence for people.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compiler/codegen/module_plan.h"

namespace endcap::codegen {

void initialise_target();  // of this processor; any number of times
// LLVM's version and the processor that code is made for, with its features: objects of one target don't fit
// another.
std::string target_description();
// `plan.thorough`: as good as LLVM makes it. Else in a quarter of the time, and half as fast again at worst.
std::expected<std::string, std::string> compile_object(const ir::Program& program, const ModulePlan& plan);

// Linked objects; their code lives as long as this.
class LinkedCode {
 public:
  virtual ~LinkedCode() = default;
  virtual void* address(const std::string& symbol) const = 0;  // one of `symbols`
};
std::expected<std::unique_ptr<LinkedCode>, std::string> link_objects(const std::vector<std::string>& objects,
                                                                     const std::vector<std::string>& symbols);

}  // namespace endcap::codegen
