// The syntax tree as a compact S-expression, so that a test can say what it expects in one line.
#pragma once

#include <string>

#include "compiler/syntax/ast.h"

namespace endcap {

std::string dump(const ast::Expr& expression);
std::string dump(const ast::Stmt& statement);
std::string dump(const ast::TestStmt& statement);
std::string dump(const ast::Decl& declaration);
std::string dump(const ast::Module& module);

}  // namespace endcap
