# bin/decision-replay finds share/decision-replay beside itself, so the tree may be installed anywhere.
set(REPLAY_SHARE ${CMAKE_INSTALL_DATADIR}/decision-replay)

install(TARGETS decision-replay)
install(DIRECTORY rules DESTINATION ${REPLAY_SHARE} FILES_MATCHING PATTERN "*.yml" PATTERN "MANIFEST" PATTERN "tests" EXCLUDE)
install(DIRECTORY grafana/dashboards grafana/provisioning DESTINATION ${REPLAY_SHARE}/grafana)
install(DIRECTORY policies DESTINATION ${REPLAY_SHARE} FILES_MATCHING PATTERN "*.yml")
install(FILES decision-replay.example.yml daemon/api/openapi.json DESTINATION ${REPLAY_SHARE})
install(DIRECTORY docs DESTINATION ${REPLAY_SHARE} FILES_MATCHING PATTERN "*.md")
