import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: '欢迎',
  welcomeName: '欢迎，{name}',
  signedInAs: '您已登录为 {name}。',
  name: '姓名',
  email: '电子邮箱',
  lastSignIn: '上次登录',
  tokensUntil: '会话有效期至',
  refresh: '延长会话',
  refreshed: '会话已延长。',
  signOut: '退出登录',
  signOutEverywhere: '在所有设备上退出',
  signedInTitle: '已登录',
  sessionEnded: '会话已结束。请退出后重新登录。',
  tryAgain: '未能完成。请检查网络后重试。',
  unavailableTitle: '无法登录',
  unavailableLead: '服务器没有说明使用哪个用户池。请确认它正在运行且已设置用户池。',
  retry: '重试',
};
