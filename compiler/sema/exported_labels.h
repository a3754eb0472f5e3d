// What the rest of a project has to know of advice in its functions and workflows. A function has no label of
// its own: it is as trusted as what it is given, so that its label says which parts of its parameters go into
// which part of its result. A workflow has the labels of what it ends with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/sema/typed.h"

namespace endcap::sema {

struct FunctionLabels {  // tables and mappings too
  struct Parameter {
    std::string name, type;
  };
  std::string name;  // full: "retail.pricing.margin"
  std::vector<Parameter> parameters;
  std::string result;  // its type
  // Part of the result (runtime/abi/parts.h) -> parts of the parameters where it is advice: "promo.price".
  std::map<std::string, abi::Parts> from;
  std::vector<std::string> users;  // functions, workflows and policies that call it
};

struct WorkflowLabels {
  struct Of {
    std::string name;
    abi::Parts advised;
  };
  std::string name;                // full
  bool control = false;            // an exception that advice raises
  std::vector<Of> parameters;      // of an exception: what it is told; else what views mark
  std::vector<Of> outcomes;        // when it is started with what can be trusted; kControl: advice ends it so
  std::vector<std::string> users;  // workflows that run, raise or wait for it
};

struct ExportedLabels {
  std::vector<FunctionLabels> functions;
  std::vector<WorkflowLabels> workflows;
};

// Of a program without errors, after the advice pass; by name.
ExportedLabels exported_labels(const Program& program, const std::vector<ast::Module>& modules);

// "retail.pricing.margin(promo: Promotion) -> Money<AUD>, advice where promo.price is"
std::string text_of(const FunctionLabels& function);
// One line for the workflow and one for each outcome.
std::string text_of(const WorkflowLabels& workflow);

}  // namespace endcap::sema
