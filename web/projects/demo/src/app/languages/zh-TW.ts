import type { PageTexts } from './page-texts';

export const pages: PageTexts = {
  welcome: '歡迎',
  welcomeName: '歡迎，{name}',
  signedInAs: '您已登入為 {name}。',
  name: '姓名',
  email: '電子郵件',
  lastSignIn: '上次登入',
  tokensUntil: '工作階段有效至',
  refresh: '延長工作階段',
  refreshed: '工作階段已延長。',
  signOut: '登出',
  signOutEverywhere: '在所有裝置上登出',
  signedInTitle: '已登入',
  sessionEnded: '此工作階段已結束。請登出後再登入。',
  tryAgain: '未能完成。請檢查網路連線後再試。',
  unavailableTitle: '無法登入',
  unavailableLead: '伺服器沒有說明要使用哪個使用者集區。請確認它正在執行，且已設定使用者集區。',
  retry: '再試一次',
};
