# `cpack` in the build directory makes the Debian package (scripts/package does it all). What belongs to a system rather
# than to a tree that may stand anywhere is the component "system", which only the package has.
set(files ${CMAKE_CURRENT_BINARY_DIR}/packaging)
find_program(GZIP gzip REQUIRED)
configure_file(packaging/decision-replay.1 ${files}/decision-replay.1 @ONLY)
file(CONFIGURE OUTPUT ${files}/changelog CONTENT
"decision-replay (${PROJECT_VERSION}) bookworm; urgency=medium

  * See CHANGELOG.md.

 -- Decision Replay maintainers <maintainers@decision-replay.example>  Thu, 01 Jan 2026 00:00:00 +0000
")
foreach(text decision-replay.1 changelog)
  execute_process(COMMAND ${GZIP} -9nkf ${files}/${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()

function(install_to_system)
  install(FILES ${ARGN} COMPONENT system EXCLUDE_FROM_ALL)
endfunction()

install_to_system(systemd/decision-replay.service systemd/decision-replay.socket DESTINATION /lib/systemd/system)
install_to_system(systemd/decision-replay.sysusers.conf RENAME decision-replay.conf DESTINATION lib/sysusers.d)
install_to_system(systemd/decision-replay.tmpfiles.conf RENAME decision-replay.conf DESTINATION lib/tmpfiles.d)
install_to_system(packaging/decision-replay.yml DESTINATION /etc/decision-replay)
install_to_system(packaging/default RENAME decision-replay DESTINATION /etc/default)
install_to_system(packaging/completion.bash RENAME decision-replay DESTINATION share/bash-completion/completions)
install_to_system(packaging/copyright ${files}/changelog.gz DESTINATION share/doc/decision-replay)
install_to_system(${files}/decision-replay.1.gz DESTINATION share/man/man1)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME decision-replay)
set(CPACK_PACKAGE_CONTACT "Decision Replay maintainers <maintainers@decision-replay.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "decides what agents may do, and keeps the record")
set(CPACK_PACKAGE_DESCRIPTION
"Decision Replay takes the events of agents, decides by policy what may go
on, and records every decision with everything it was made from, exactly
once, in an SQLite registry: one of its own, or that of an AgentOS
installation. It serves the record over a REST API and its own state as
Prometheus metrics.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL Unspecified system)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd (>= 250), init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager, sqlite3")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(control_files postinst prerm postrm conffiles)
list(TRANSFORM control_files PREPEND ${PROJECT_SOURCE_DIR}/packaging/ OUTPUT_VARIABLE CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA)
include(CPack)
